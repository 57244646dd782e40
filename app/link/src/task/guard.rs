//! Two guards, one in the task and one in its stream. They tell the other side, and the observer, of every end.

use super::{Ending, Watch};
use crate::{Exit, Reason};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};
use tokio::task::JoinHandle;

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
    /// Does `work` until it is done or is to end. `work` is dropped before the guard: when the end is known, nothing is
    /// left of what the task held.
    pub(super) fn run<R: Default>(
        watch: Arc<dyn Watch>,
        ending: Ending,
        work: impl Future<Output = Exit<R>>,
    ) -> impl Future<Output = Exit<R>> {
        let guard = Self { watch, ending, reason: Reason::Killed, why: None };
        let owned = (work, guard); // dropped in this order, though it is never polled
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

/// Owned by the stream. Its drop ends the task.
#[derive(Debug)]
pub(super) struct StreamGuard<R> {
    pub(super) task: JoinHandle<Exit<R>>,
    pub(super) watch: Arc<dyn Watch>,
    pub(super) ending: Ending,
}

impl<R> Drop for StreamGuard<R> {
    fn drop(&mut self) {
        if !self.task.is_finished() {
            apart(|| self.watch.stream_dropped());
        }
        self.ending.begin();
        self.task.abort();
    }
}

/// Calls an observer. Its panic is no business of the task's, and while another unwinds it would end the process.
pub(super) fn apart(call: impl FnOnce()) {
    _ = catch_unwind(AssertUnwindSafe(call));
}
