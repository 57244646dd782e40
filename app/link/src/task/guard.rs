//! Two guards, one in the task and one in its stream. They tell the other side, and the observer, of every end.

use super::{Ending, Watch};
use crate::{Exit, Reason};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

/// Owned by the task, so no task ends without it. Work that returns has set `reason`, work that panics is unwinding, and work
/// that is aborted had no time for either.
#[derive(Debug)]
pub(super) struct TaskGuard {
    watch: Arc<dyn Watch>,
    ending: Ending,
    reason: Reason,
    why: Option<String>,
}

impl TaskGuard {
    pub(super) const fn new(watch: Arc<dyn Watch>, ending: Ending) -> Self {
        Self { watch, ending, reason: Reason::Killed, why: None }
    }

    /// Does `work` until it is done or is to end. `work` is dropped before the guard: when the end is known, nothing is
    /// left of what the task held.
    pub(super) fn run<R: Default>(self, work: impl Future<Output = Exit<R>>) -> impl Future<Output = Exit<R>> {
        let owned = (work, self); // dropped in this order, though it is never polled
        async move {
            let (work, mut guard) = owned;
            let exit = guard.ending.clone().run(work).await;
            guard.reason = exit.reason;
            guard.why = exit.log_message.as_ref().or(exit.message.as_ref()).cloned();
            exit
        }
    }
}

impl Drop for TaskGuard {
    fn drop(&mut self) {
        self.ending.begin(); // whatever of the task lives on, such as a thread, sends nothing more
        let reason = if thread::panicking() { Reason::Crashed } else { self.reason };
        apart(|| self.watch.ended(reason, self.why.as_deref()));
    }
}

/// Owned by the stream, beside the handle that aborts the task.
#[derive(Debug)]
pub(super) struct StreamGuard {
    pub(super) watch: Arc<dyn Watch>,
    pub(super) ending: Ending,
}

impl Drop for StreamGuard {
    fn drop(&mut self) {
        apart(|| self.watch.stream_dropped());
        self.ending.begin();
    }
}

/// Calls an observer. Its panic while another unwinds would end the process.
fn apart(call: impl FnOnce()) {
    _ = catch_unwind(AssertUnwindSafe(call));
}
