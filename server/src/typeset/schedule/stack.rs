//! A thread whose stack can't overflow: an overflow ends the whole process, and no handler can prevent that.

use std::thread::{self, Builder};

/// Twice what the deepest accepted formula needs in a build without optimisation. The system commits it page by page, when
/// it is first used.
const SIZE: usize = 64 * 1024 * 1024;

/// Runs `work` on a thread with a large stack, and waits for it. None if the system gives no thread, or if `work` panics.
pub(crate) fn with_a_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| Builder::new().stack_size(SIZE).spawn_scoped(scope, work).ok()?.join().ok())
}
