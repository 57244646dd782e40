//! A page and the server task that works for it, linked: when one dies, so does the other, and the survivor is told why.
//!
//! Ownership is the link. The page owns a fetch, and the response of that fetch owns the task:
//!
//! ```text
//! page (browser)                                 server
//! ─────────────────────────────                  ─────────────────────────────────────────────────
//! Link ─owns─▶ future ─owns─▶ fetch ══ HTTP ══▶ hyper ─owns─▶ body ─owns─▶ EventStream
//!                                                              ─owns─▶ StreamGuard ─aborts─▶ task
//!                                                                       task ─owns─▶ all that it works with
//! ```
//!
//! Dropping anything in that row drops everything to its right, and that is enough to kill: no registry, cancel endpoint
//! or timer is needed. In the other direction, the end of the task travels as the last [`Event`]: its [`Exit`].
//!
//! | layer | holds | feature |
//! |---|---|---|
//! | [`exit`] | how a task ends: [`Exit`], [`Reason`] | |
//! | [`task`] | the server's end: [`spawn_linked`], [`Sender`], guards, [`Pace`] | `ssr` |
//! | [`page`] | the page's end: [`Link`], and [`use_link`] above it | |
//! | [`wire`] | between them: events, their encoding | |
//! | [`server`] | installed once: [`LinkServer`] with headers, vanished clients, stopped readers, shutdown | `ssr` |
//! | [`registry`] | the living tasks and the latest exits: an [`Observer`] that counts and logs | `registry` |
//! | `testing` | a test's page: `Trial` | `testing` |

// The documentation names what some features leave out.
#![cfg_attr(not(all(feature = "ssr", feature = "registry")), allow(rustdoc::broken_intra_doc_links))]

#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../README.md")]
mod readme {}

pub mod exit;
pub mod page;
#[cfg(feature = "registry")]
pub mod registry;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod task;
#[cfg(feature = "testing")]
pub mod testing;
pub mod wire;

pub use exit::{Exit, Reason};
pub use page::{Job, Link, Links, State, WhenRunning, use_link, use_link_fold, use_links};
#[cfg(feature = "ssr")]
pub use server::LinkServer;
#[cfg(feature = "ssr")]
pub use task::{
    Ending, Failure, Gone, Observer, Pace, Sender, Spawn, Supervisor, Watch, linked_stream, linked_try_stream,
    spawn_linked, spawn_linked_blocking,
};
pub use wire::{Event, EventStream, Item, Sse, TaskId};
