//! Starcrossed, the server.
//!
//! In the order of what happens: [`args`] and [`config`] say what it is to be. [`startup`] finds the model server, if need
//! be with [`discovery`], and says what it found. [`router`] says which address leads where: [`api`] stands around the
//! server functions, [`assets`] has the site's files, [`metrics`] what machines ask, [`headers`] what every response has; [`hosts`] knows the
//! server's own names.
//! [`serve`] listens, serves and goes down; [`socket`] notices clients that have gone without a word, [`signals`] when to stop.
//!
//! What answers is in [`models`]: [`openai`] asks a model server, [`upstreams`] knows whom to ask where there are several,
//! [`demo`] answers without one.
//!
//! [`typeset`] gives code its colours and turns formulas into MathML.
//!
//! [`log`] is where the program says what happens, [`failure`] how it says that it can't begin.
#![recursion_limit = "256"] // a page is one type, and is made here

pub mod args;
pub mod config;
pub mod discovery;
pub mod startup;

pub mod api;
pub mod assets;
pub mod headers;
pub mod hosts;
pub mod metrics;
pub mod policy;
pub mod router;

pub mod serve;
#[cfg(unix)]
pub mod signals;
#[cfg(not(unix))]
#[path = "signals_portable.rs"]
pub mod signals;
#[cfg(target_os = "linux")]
pub mod socket;
#[cfg(not(target_os = "linux"))]
#[path = "socket_portable.rs"]
pub mod socket;
#[cfg(target_os = "linux")]
pub mod vanished;

pub mod demo;
pub mod models;
pub mod openai;
mod upstreams;

pub mod typeset;

pub mod failure;
pub mod log;
