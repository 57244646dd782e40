//! Time for the person. A task that says more than a page can show keeps its future ready for ever, and a future that is
//! ready for ever keeps the browser from hearing that somebody presses Stop.

use crate::browser::now_ms;
use gloo_timers::future::TimeoutFuture;

/// How long the page may listen without a break, in milliseconds: half a frame.
const HELD_MS: f64 = 8.0;

/// Since when the page has been listening.
#[derive(Debug)]
pub(super) struct Breath(f64);

impl Breath {
    /// Since now.
    pub(super) fn new() -> Self {
        Self(now_ms())
    }

    /// Lets the browser do what else there is to do, if it has had to wait for long.
    pub(super) async fn take(&mut self) {
        if now_ms() - self.0 > HELD_MS {
            TimeoutFuture::new(0).await;
            self.0 = now_ms();
        }
    }
}
