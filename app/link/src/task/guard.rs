//! Two guards, one in the task and one in its stream. They tell the other side, and the observer, of every end.

use super::{Ending, Supervisor, Watch};
use crate::{Exit, Reason, TaskId};
use futures::{Stream, StreamExt};
use rand::distr::{Alphanumeric, SampleString};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    thread,
    time::Duration,
};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The length of a task's name: 24 letters and digits, which are 142 bits.
const NAME: usize = 24;

/// Owned by the task, so no task ends without it. Work that returns has set `exit`, work that panics is unwinding, and work
/// that is aborted had no time for either.
#[derive(Debug)]
pub(super) struct TaskGuard {
    watch: Arc<dyn Watch>,
    ending: Ending,
    /// Cancelled when the task has ended or its stream is dropped: senders send nothing more.
    gone: CancellationToken,
    reason: Reason,
    why: Option<String>,
}

impl TaskGuard {
    pub(super) fn new(supervisor: &Supervisor, about: Arc<str>) -> (Self, TaskId) {
        let id: TaskId = Alphanumeric.sample_string(&mut rand::rng(), NAME).into();
        let ending = supervisor.ending();
        let watch = supervisor.watch(&id, about, &ending);
        (Self { watch, ending, gone: CancellationToken::new(), reason: Reason::Killed, why: None }, id)
    }

    pub(super) fn watch(&self) -> Arc<dyn Watch> {
        self.watch.clone()
    }

    pub(super) fn gone(&self) -> CancellationToken {
        self.gone.clone()
    }

    /// Does `work` until it is done or is to end. `work` is dropped before the guard: when the end is known, nothing is
    /// left of what the task held.
    pub(super) fn run<R: Default>(
        self,
        deadline: Option<Duration>,
        work: impl Future<Output = Exit<R>>,
    ) -> impl Future<Output = Exit<R>> {
        let owned = (work, self); // dropped in this order, though it is never polled
        async move {
            let (work, mut guard) = owned;
            let ending = guard.ending.clone();
            let exit = match deadline {
                None => ending.run(work).await,
                Some(most) => timeout(most, ending.run(work)).await.unwrap_or_else(|_| too_long(most)),
            };
            guard.reason = exit.reason;
            guard.why = exit.log_message.as_ref().or(exit.message.as_ref()).cloned();
            exit
        }
    }
}

impl Drop for TaskGuard {
    fn drop(&mut self) {
        self.gone.cancel();
        let reason = if thread::panicking() { Reason::Crashed } else { self.reason };
        apart(|| self.watch.ended(reason, self.why.as_deref()));
    }
}

/// Calls an observer. Its panic while another unwinds would end the process.
fn apart(call: impl FnOnce()) {
    _ = catch_unwind(AssertUnwindSafe(call));
}

fn too_long<R: Default>(most: Duration) -> Exit<R> {
    Exit::failed(format!("The task was ended: it took longer than {most:?}."))
}

/// The exit of a task that panicked. The panic's own words are for the log alone.
pub(super) fn crashed<R: Default>() -> Exit<R> {
    Exit::with_message(
        Reason::Crashed,
        "The task crashed; the server's log says where. Everything else goes on working.",
    )
}

/// The events of a task. When it is dropped, the observer is told first, and then the task is aborted.
pub(super) struct StreamGuard<S> {
    watch: Arc<dyn Watch>,
    _gone: DropGuard,
    events: Pin<Box<S>>,
}

impl<S> StreamGuard<S> {
    pub(super) fn new(watch: Arc<dyn Watch>, gone: CancellationToken, events: S) -> Self {
        Self { watch, _gone: gone.drop_guard(), events: Box::pin(events) }
    }
}

impl<S: Stream> Stream for StreamGuard<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.events.poll_next_unpin(cx)
    }
}

impl<S> Drop for StreamGuard<S> {
    fn drop(&mut self) {
        apart(|| self.watch.stream_dropped());
    }
}
