//! Whether a load balancer should send anybody here. Not the same as being alive: who drains is alive, and wants nobody new.

use axum::http::StatusCode;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Known to the server that goes down, and to `GET /readyz`.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Nobody new, from now on.
    pub fn drain(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// What `GET /readyz` answers.
    #[must_use]
    pub fn answer(&self) -> (StatusCode, &'static str) {
        if self.0.load(Ordering::Relaxed) {
            (StatusCode::SERVICE_UNAVAILABLE, "draining")
        } else {
            (StatusCode::OK, "ready")
        }
    }
}
