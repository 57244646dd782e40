//! The link between a page and the server task that works for it.
//!
//! Two processes are star-crossed: when one dies, so does the other, and the one that lives on is told why. The page is
//! one of them, a Tokio task the other, and what links them is ownership:
//!
//! ```text
//! page (browser)                                 server
//! ─────────────────────────────                  ─────────────────────────────────────────────────
//! Link ─owns─▶ future ─owns─▶ fetch ══ HTTP ══▶ hyper ─owns─▶ body ─owns─▶ EventStream
//!                                                              ─owns─▶ AbortOnDropHandle ─aborts─▶ task
//!                                                                       task ─owns─▶ upstream connection
//! ```
//!
//! Drop anything in that row and everything to its right is dropped too. No registry, no reaper, no cancel endpoint and
//! no timer takes part in killing. In the other direction the task's end travels as the last [`Event`]: its [`Exit`].
//!
//! Read in this order: [`exit`] (how a task can end), [`task`] (the server's end), [`sse`] and [`decode`] (the wire),
//! [`page`] (the page's end). [`fates`] is the one place that writes down how every task ended; [`headers`] keeps what
//! stands between server and page from holding a stream up.

pub mod decode;
pub mod exit;
#[cfg(feature = "ssr")]
pub mod fates;
#[cfg(feature = "ssr")]
pub mod headers;
pub mod page;
pub mod sse;
#[cfg(feature = "ssr")]
pub mod task;

pub use exit::{Exit, Fate, Reason, TaskId, Usage};
pub use page::Link;
pub use sse::{Event, EventStream, Sse};
#[cfg(feature = "ssr")]
pub use {
    fates::Fates,
    task::{Deltas, spawn_linked},
};
