//! The unit of work between two turns of a client.

use crate::os::cpu_time;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A short piece of CPU time on the current thread. Its end is checked between lines and formulas: neither the regular
/// expressions nor the formula parser can be interrupted, so their inputs are bounded instead.
#[derive(Debug)]
pub(crate) struct Slice {
    began: Duration,
    length: Duration,
    cancelled: CancellationToken,
}

impl Slice {
    /// Begins now.
    pub(crate) fn begin(length: Duration, cancelled: CancellationToken) -> Self {
        Self { began: cpu_time::used(), length, cancelled }
    }

    /// The CPU time since it began.
    pub(crate) fn spent(&self) -> Duration {
        cpu_time::used().saturating_sub(self.began)
    }

    /// Whether the time is over, or the request is gone.
    pub(crate) fn is_over(&self) -> bool {
        self.is_cancelled() || self.spent() >= self.length
    }

    /// Whether the request is gone.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }
}
