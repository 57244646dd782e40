//! The few things that are asked of the browser itself.

use leptos::prelude::*;
use std::time::Duration;

/// The page's clock, in milliseconds since it was opened.
#[must_use]
pub fn now_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Puts text on the clipboard. Browsers allow that on HTTPS and on this machine, and nowhere else.
pub fn copy(text: &str) {
    if window().is_secure_context() {
        // The promise needs no waiting for: it fails only where the person has forbidden it.
        _ = window().navigator().clipboard().write_text(text);
    }
}

/// Calls `tick` every second for as long as the component lives.
pub fn every_second(tick: impl Fn() + Send + Sync + Clone + 'static) {
    Effect::new(move |_| {
        if let Ok(interval) = set_interval(tick.clone(), Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
    });
}

/// A length of time as people say it: whole, since a figure with decimals would bring the code for them along.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
pub fn whole(ms: f64) -> u32 {
    ms.round() as u32
}
