//! Clocks and timers.

use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, prelude::Closure},
};
use std::time::Duration;

/// The page's clock, in milliseconds since it was opened.
#[must_use]
pub fn now_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// The wall clock, in milliseconds since 1970.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a date is a whole number, after 1970")]
pub fn unix_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Calls `tick` every second for as long as the component lives.
pub fn every_second(tick: impl Fn() + Send + Sync + Clone + 'static) {
    Effect::new(move |_| {
        if let Ok(interval) = set_interval(tick.clone(), Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
    });
}

/// Calls `act` after `ms` milliseconds. Unlike the timer of Leptos, it survives the end of the reactive owner.
pub fn after(ms: u32, act: impl FnOnce() + 'static) {
    let act = Closure::once_into_js(act);
    _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(act.unchecked_ref(), ms.cast_signed());
}
