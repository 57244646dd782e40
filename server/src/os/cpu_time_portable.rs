//! Wall time, on systems without a clock for the CPU time of a thread.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(crate) fn used() -> Duration {
    START.elapsed()
}
