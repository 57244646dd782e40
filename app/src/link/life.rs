//! A task's life, from spawn to drop: what tells [`Fates`] of every end, whatever it was.

use super::{Exit, Fates, Reason, TaskId};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::{task::JoinError, time::Instant};

/// The task owns it, so no task can end without it noticing: one that returns has set `exit`, one that panics is
/// unwinding, and one that is aborted has had no time to do either.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) task: TaskId,
    pub(super) deltas: Arc<AtomicU64>,
    fates: Arc<Fates>,
    exit: Exit,
    born: Instant,
}

impl Life {
    /// Begins now.
    pub(super) fn new(fates: Arc<Fates>, task: TaskId) -> Self {
        Self { task, deltas: Arc::default(), fates, exit: Exit::new(Reason::Killed), born: Instant::now() }
    }

    /// Does `work`, or as much of it as there is time for before the server shuts down. `work` is dropped before `self`
    /// is: when the end is known, nothing is left of what the task held.
    pub(super) async fn spend(mut self, work: impl Future<Output = Exit>) -> Exit {
        let shutdown = self.fates.shutdown.clone();
        let ended = shutdown.run_until_cancelled(work).await;
        self.exit = ended.unwrap_or_else(|| said(Reason::Shutdown, "The server is shutting down."));
        self.exit.clone()
    }

    /// What the page is told of a life that ended in a panic. The panic's own words are for the log alone.
    pub(super) fn crashed(_: JoinError) -> Exit {
        said(Reason::Crashed, "The task crashed; the server's log says where. Everything else goes on working.")
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let reason = if thread::panicking() { Reason::Crashed } else { self.exit.reason };
        let deltas = self.deltas.load(Ordering::Relaxed);
        self.fates.ended(&self.task, reason, deltas, millis(self.born.elapsed()), self.exit.message.as_deref());
    }
}

fn said(reason: Reason, message: &str) -> Exit {
    Exit { message: Some(message.to_owned()), ..Exit::new(reason) }
}

fn millis(lived: Duration) -> u64 {
    u64::try_from(lived.as_millis()).unwrap_or(u64::MAX)
}
