//! The allocator, and the memory that it has given out.

use tikv_jemalloc_ctl::{epoch, stats};
use tikv_jemallocator::Jemalloc;

/// jemalloc returns memory to the system after many streams have ended: see docs/load.md.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// The allocated bytes, without what the allocator keeps for later.
pub(crate) fn in_use() -> Option<usize> {
    epoch::advance().ok()?; // the counters are updated only here
    stats::allocated::read().ok()
}
