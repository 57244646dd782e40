//! The CPU time of a thread. Unlike wall time it doesn't grow while other threads have the processor.

use nix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// The CPU time that the current thread has used. `clock_gettime(2)`: `CLOCK_THREAD_CPUTIME_ID`.
pub(crate) fn used() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}
