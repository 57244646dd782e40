//! What is in use of the memory, and the allocator that knows it.

use tikv_jemalloc_ctl::{epoch, stats};
use tikv_jemallocator::Jemalloc;

/// Gives back what a crowd of streams has left behind: see docs/load.md.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// How many bytes are in use, without what the allocator keeps for what may come.
pub(crate) fn in_use() -> Option<usize> {
    epoch::advance().ok()?; // what it counts stands still until then
    stats::allocated::read().ok()
}
