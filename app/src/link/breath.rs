//! Time for the person. A task that says more than a page can show keeps its future ready for ever, and a future that is
//! ready for ever keeps the browser from hearing that somebody presses Stop.

use gloo_timers::future::TimeoutFuture;
use js_sys::Date;
use leptos::prelude::document;

/// How long the page may listen without a break, in milliseconds: half a frame.
const HELD_MS: f64 = 8.0;

/// Since when the page has been listening.
#[derive(Debug)]
pub(super) struct Breath(f64);

impl Breath {
    /// Since now.
    pub(super) fn new() -> Self {
        Self(Date::now())
    }

    /// Lets the browser do what else there is to do, if it has had to wait for long. Not in a page that nobody sees: nobody can
    /// press anything there, and browsers let its timers wait for a second or more.
    pub(super) async fn take(&mut self) {
        if Date::now() - self.0 > HELD_MS && !document().hidden() {
            breathe().await;
            self.0 = Date::now();
        }
    }
}

/// Lets the browser do all that waits to be done by now.
pub(super) async fn breathe() {
    TimeoutFuture::new(0).await;
}
