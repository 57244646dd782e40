//! Where the system has no clock for the CPU time of a thread, wall time stands in for it.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(crate) fn used() -> Duration {
    START.elapsed()
}
