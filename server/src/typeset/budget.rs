//! How long typesetting may take.

use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Time, and somebody who waits. Looked at between lines, since no line can be interrupted.
#[derive(Debug)]
pub(super) struct Budget {
    until: Instant,
    cancelled: CancellationToken,
}

impl Budget {
    pub(super) fn new(patience: Duration, cancelled: CancellationToken) -> Self {
        Self { until: Instant::now() + patience, cancelled }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.cancelled.is_cancelled() || Instant::now() >= self.until
    }
}
