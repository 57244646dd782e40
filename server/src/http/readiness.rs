//! Whether a load balancer should send requests here. A server that drains is alive, but not ready.

use axum::http::StatusCode;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Shared by the shutdown and `GET /readyz`.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Not ready from now on.
    pub fn drain(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// The response to `GET /readyz`: 200 or 503.
    #[must_use]
    pub fn answer(&self) -> (StatusCode, &'static str) {
        if self.0.load(Ordering::Relaxed) {
            (StatusCode::SERVICE_UNAVAILABLE, "draining")
        } else {
            (StatusCode::OK, "ready")
        }
    }
}
