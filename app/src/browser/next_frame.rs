//! Waiting for the page to be painted.

use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use leptos::prelude::*;

/// Until all that has been said so far is on the page, and laid out: it is painted in the next frame.
pub(crate) async fn after_paint() {
    let frame = Promise::new(&mut |done, _| _ = window().request_animation_frame(&done));
    _ = frame.await;
    TimeoutFuture::new(0).await;
}
