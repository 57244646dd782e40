//! Waits for a frame, for a paint, and for the next macrotask.

use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, prelude::Closure},
};

/// Calls this in the next frame. Unlike the function of Leptos, it also does so when the effect that calls it runs again by
/// then.
pub(crate) fn in_next_frame(act: impl FnOnce() + 'static) {
    let act = Closure::once_into_js(act);
    _ = window().request_animation_frame(act.unchecked_ref());
}

/// Waits until every change so far is laid out and painted. The timeout is needed because a frame's callbacks run before its
/// layout.
pub(crate) async fn after_paint() {
    let frame = Promise::new(&mut |done, _| _ = window().request_animation_frame(&done));
    _ = frame.await;
    next_macrotask().await;
}

/// Waits until the current event handler and its microtasks have ended.
pub(crate) async fn next_macrotask() {
    TimeoutFuture::new(0).await;
}
