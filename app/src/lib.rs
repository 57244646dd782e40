//! Starcrossed: a chat page in which Stop means stop.
//!
//! This crate is compiled twice: into the server (feature `ssr`) and to WebAssembly (feature `hydrate`). A message takes
//! one way through it, from the key press to the model and back:
//!
//! | where | what happens |
//! |---|---|
//! | [`chat::composer`] | a person types a question and sends it |
//! | [`chat::session`] | the question joins the conversation, and the page asks for a task |
//! | [`starcrossed::page`] | the page's end of the link: start, stop, and the one handler of every exit |
//! | [`api::chat`] | the server function: the request arrives |
//! | [`starcrossed::task`] | the server's end of the link: a task that lives as long as its stream |
//! | `chat::protocol::model` | the model answers; the server supplies it, and the upstream begins there |
//! | [`starcrossed::wire`] | the way back: events, bytes, events |
//! | `chat::session::transcript`, [`chat::conversation`] | each event is applied to the conversation |
//! | [`chat::messages`] | the page draws it |
//!
//! | folder | what lives there, and why |
//! |---|---|
//! | [`app`], [`routes`] | the document, and the page that each address names |
//! | [`api`] | the whole HTTP surface: one file or folder per subject, and the list of all endpoints |
//! | [`chat`] | the chat page |
//! | [`essay`] | the link at its smallest: `/task`, the page of the essay |
//! | [`monitor`] | `/monitor`: the tasks of all pages |
//! | [`markdown`] | Markdown to HTML while it arrives; pure |
//! | [`browser`] | thin wrappers over browser APIs, without product logic |
//! | [`ui`] | small views that several pages share |
//! | [`work`] | long work on the page's one thread: in slices, with progress, cancellable |
//! | [`lazy`] | code that a first visit does without |
#![recursion_limit = "256"]

pub mod chat;
pub mod markdown;

pub mod api;
pub mod app;
pub mod browser;
pub mod essay;
pub mod lazy;
pub mod monitor;
pub mod routes;
pub mod ui;
pub mod work;

pub use crate::app::{App, shell};
