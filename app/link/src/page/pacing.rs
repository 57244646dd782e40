//! Pauses in which the browser draws and hears Stop. A task that sends more than a page can show keeps its future ready for
//! ever, and such a future never returns to the browser.

use futures::future::select;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Date, Promise};
use leptos::prelude::{document, window};

/// The time for which the page may read between two frames, in milliseconds: a quarter of a frame. Drawing takes far
/// longer than reading, and the page takes no input until the frame is drawn.
const HELD_MS: f64 = 4.0;

/// The longest wait for a frame, in milliseconds: browsers draw no frame of a hidden page.
const LATE_MS: u32 = 100;

/// Since when the page has been listening.
#[derive(Debug)]
pub(super) struct Pacing(f64);

impl Pacing {
    /// Since now.
    pub(super) fn new() -> Self {
        Self(Date::now())
    }

    /// Lets the browser draw what there is, and do what else there is to do, if it has had to wait for long. Not in a page
    /// that nobody sees: nobody can press anything there, and browsers let its timers wait for a second or more.
    pub(super) async fn pause(&mut self) {
        if Date::now() - self.0 > HELD_MS && !document().hidden() {
            next_frame().await;
            self.0 = Date::now();
        }
    }
}

/// Until the next frame is about to be drawn.
async fn next_frame() {
    let frame = Promise::new(&mut |begin, _| _ = window().request_animation_frame(&begin));
    select(frame.into_future(), TimeoutFuture::new(LATE_MS)).await;
}

/// Lets the browser do all that waits to be done by now.
pub(super) async fn yield_once() {
    TimeoutFuture::new(0).await;
}
