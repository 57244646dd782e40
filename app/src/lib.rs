//! Starcrossed: a chat page in which Stop means stop.
//!
//! This crate is compiled twice: into the server (feature `ssr`) and to WebAssembly (feature `hydrate`). A message goes
//! one way through it, from the key press to the model and back; read the modules in that order:
//!
//! | where | what happens |
//! |---|---|
//! | [`chat::composer`] | a question is typed, and sent |
//! | [`chat::session`] | it becomes part of the conversation, and a task is asked for |
//! | [`starcrossed::page`] | the page's end of the link: start, cancel, and the one handler of every exit |
//! | [`api::chat`] | the server function: the request arrives |
//! | [`starcrossed::task`] | the server's end of the link: a task that lives as long as its stream |
//! | [`chat::protocol::model`] | what answers; the server brings it along, and here the upstream begins |
//! | [`starcrossed::wire`] | the way back: events, bytes, events |
//! | [`chat::session::transcript`], [`chat::conversation`] | each event is applied to the conversation |
//! | [`chat::messages`] | which is seen |
//!
//! A first visit carries the page as it is first seen, and the box. What a message meets from [`chat::session`] on is fetched
//! when somebody touches the page: [`chat::page::lazy_parts`] is where the program is cut, and [`later`] says how.
//!
//! What an answer says is Markdown: [`markdown`] makes HTML of it while it arrives.
//! [`typeset`] gives code its colours and turns formulas into MathML, on the server.
//!
//! [`essay`] is the same link at its smallest: the page of the essay that all this comes from. [`monitor`] shows the tasks of
//! all pages from outside.
#![recursion_limit = "256"]

pub mod chat;
pub mod markdown;

pub mod essay;
pub mod monitor;
pub mod typeset;

pub mod api;
pub mod app;
pub mod browser;
pub mod lazy;
pub mod ui;
pub mod work;

pub use crate::app::{App, shell};
