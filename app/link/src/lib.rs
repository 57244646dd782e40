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
//! no timer takes part in killing. (What the monitor's Kill does is no part of it: it tells one task to end, as a shutdown tells
//! all, and the task's end does the rest.) In the other direction the task's end travels as the last [`Event`]: its [`Exit`].
//!
//! Read in this order: [`exit`] (how a task can end), [`task`] (the server's end), [`page`] (the page's end). That is the
//! link. What they stand on: [`sse`] and [`decode`] (the wire between them), [`deltas`] (what a task sends through),
//! [`fragment`] (what a delta is to it), [`progress`] (what a task waits for before its first delta), [`pace`] (how fast a
//! stream may go), [`permit`] (what a task holds besides its work),
//! [`life`], [`fates`] and `book` (how every end comes to be known in one place), [`proxies`] (what stands in between), `breath`
//! (how a page that is told a lot still hears its person). And what is seen from outside: `vitals` and `watched` (of one task),
//! [`census`] and [`tally`] (of all).

pub mod exit;
pub mod page;
#[cfg(feature = "ssr")]
pub mod task;

#[cfg(feature = "ssr")]
mod book;
mod breath;
pub mod census;
pub mod decode;
#[cfg(feature = "ssr")]
pub mod deltas;
pub mod fate;
#[cfg(feature = "ssr")]
pub mod fates;
pub mod fragment;
#[cfg(feature = "ssr")]
pub mod histogram;
#[cfg(feature = "ssr")]
mod life;
#[cfg(feature = "ssr")]
pub mod pace;
#[cfg(feature = "ssr")]
pub mod permit;
pub mod progress;
#[cfg(feature = "ssr")]
pub mod proxies;
pub mod sse;
#[cfg(feature = "ssr")]
pub mod tally;
pub mod usage;
#[cfg(feature = "ssr")]
mod vitals;
#[cfg(feature = "ssr")]
mod watched;

pub use census::Census;
pub use exit::{Exit, Reason};
pub use fate::{Fate, TaskId};
pub use fragment::Fragment;
pub use page::Link;
pub use progress::{Phase, Progress};
pub use sse::{Event, EventStream, Sse};
pub use usage::Usage;
#[cfg(feature = "ssr")]
pub use {
    deltas::Deltas,
    fates::Fates,
    pace::Pace,
    permit::Permit,
    tally::Tally,
    task::{spawn_linked, spawn_paced},
};
