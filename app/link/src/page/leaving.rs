//! A page that is about to be left: its streams break off before it is told.

use super::IS_PAGE;
use crate::{Exit, Reason};
use gloo_timers::future::TimeoutFuture;
use js_sys::Date;
use leptos::{ev, prelude::*};
use std::{cell::Cell, rc::Rc};

/// A stream that broke off counts as a lost connection if the page still lives after this time, in milliseconds.
/// Firefox and WebKit abort the fetches of a page before they fire `pagehide`.
const LEAVING_MS: u32 = 1000;

/// The time after `beforeunload` in which a broken stream counts as its effect, in milliseconds. The page may stay: the
/// new address may be a download, or the load may be cancelled.
const UNLOADING_MS: f64 = 3000.0;

/// Calls `leave` when the page is left, until the component is gone.
///
/// A page that is left for another site is not unloaded: the browser keeps it whole, connection and all, to be quick on
/// Back. So nothing but this event ends its tasks.
pub(super) fn on_leave(leave: impl Fn() + 'static) {
    if IS_PAGE {
        let left = window_event_listener(ev::pagehide, move |_| leave());
        on_cleanup(move || left.remove());
    }
}

/// Whether the page is about to be left. Listens only while a task runs: some browsers keep no page in their back/forward
/// cache that listens for `beforeunload`.
pub(super) struct Leaving {
    /// When it was last said to be.
    said_ms: Rc<Cell<f64>>,
    listener: Option<WindowListenerHandle>,
}

impl Leaving {
    pub(super) fn watch() -> Self {
        let said_ms = Rc::new(Cell::new(f64::NEG_INFINITY));
        let heard_ms = said_ms.clone();
        let listener = window_event_listener(ev::beforeunload, move |_| heard_ms.set(Date::now()));
        Self { said_ms, listener: Some(listener) }
    }

    /// A stream that broke off is no proof of a lost connection while the page may be on its way out. So this waits. A page
    /// that goes ends the link before this returns.
    pub(super) async fn judge<R: Default>(self, exit: Exit<R>) -> Exit<R> {
        if exit.reason != Reason::Lost {
            return exit;
        }
        let broke_ms = Date::now();
        if broke_ms - self.said_ms.get() < UNLOADING_MS {
            return Exit::new(Reason::Interrupted);
        }
        TimeoutFuture::new(LEAVING_MS).await;
        if self.said_ms.get() > broke_ms { Exit::new(Reason::Interrupted) } else { exit }
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.take() {
            listener.remove();
        }
    }
}
