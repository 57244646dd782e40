//! Slices of long work on the page's only thread. Between two slices the browser draws, and handles clicks and keys.

use crate::browser::now_ms;
use js_sys::{Array, Function, Promise, Reflect};
use leptos::{
    prelude::window,
    wasm_bindgen::{JsCast, JsValue},
};

/// The length of a slice, in milliseconds: a frame at 60 Hz. A task is long from 50 ms on
/// (<https://www.w3.org/TR/longtasks-1/>); the rest of that is for the step that is running when the slice ends.
const SLICE_MS: f64 = 16.0;

/// One slice. It tells when the browser has waited long enough.
#[derive(Debug)]
pub struct TimeSlice {
    until_ms: f64,
}

impl TimeSlice {
    /// Starts a slice now.
    #[must_use]
    pub fn new() -> Self {
        Self { until_ms: now_ms() + SLICE_MS }
    }

    /// Whether the slice is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        now_ms() >= self.until_ms
    }

    /// Lets the browser work, and then starts the next slice.
    pub async fn yield_now(&mut self) {
        yield_now().await;
        *self = Self::new();
    }
}

/// Ends the current task of the browser's event loop, and continues in another.
pub async fn yield_now() {
    let message = Promise::new(&mut |resolve, _| {
        if post(&resolve).is_none() {
            _ = resolve.call0(&JsValue::NULL);
        }
    });
    _ = message.await;
}

/// Has `on_message` called in another task. A timer would come after 4 ms, and in a hidden tab after a second
/// (<https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timers>).
fn post(on_message: &Function) -> Option<()> {
    let class: Function = Reflect::get(&window(), &"MessageChannel".into()).ok()?.dyn_into().ok()?;
    let channel = Reflect::construct(&class, &Array::new()).ok()?;
    let (near, far) = (Reflect::get(&channel, &"port1".into()).ok()?, Reflect::get(&channel, &"port2".into()).ok()?);
    Reflect::set(&near, &"onmessage".into(), on_message).ok()?;
    let post: Function = Reflect::get(&far, &"postMessage".into()).ok()?.dyn_into().ok()?;
    post.call1(&far, &JsValue::NULL).ok()?;
    Some(())
}
