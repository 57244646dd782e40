//! Starcrossed, the server.
//!
//! [`args`] and [`config`] say what it is to be, [`router`] which address leads where, [`serve`] listens, serves and goes
//! down. Around `/api` stands [`api`]; [`assets`] has the site's files, [`headers`] and [`metrics`] what they are called.
//! [`log`] is where it says what happens, [`failure`] how it says that it can't begin.
//!
//! Who answers is in [`models`]: a model server, which [`openai`] asks and [`discovery`] looks for, or the built-in [`demo`].
// The pages' types are deep, and the router is made of them.
#![recursion_limit = "256"]

pub mod args;
pub mod config;
pub mod failure;
pub mod log;

pub mod api;
pub mod assets;
pub mod headers;
pub mod metrics;
pub mod router;
pub mod standin;

pub mod demo;
pub mod discovery;
pub mod models;
pub mod openai;

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
