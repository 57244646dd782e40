//! A task's life, from spawn to drop: what tells [`Fates`] of every end, whatever it was.

use super::{Exit, Fates, Reason, TaskId, vitals::Vitals};
use std::{sync::Arc, thread};
use tokio::task::JoinError;

/// The task owns it, so no task can end without it noticing: one that returns has set `exit`, one that panics is
/// unwinding, and one that is aborted has had no time to do either.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) task: TaskId,
    pub(super) vitals: Arc<Vitals>,
    fates: Arc<Fates>,
    exit: Exit,
}

impl Life {
    /// Begins now.
    pub(super) const fn new(fates: Arc<Fates>, task: TaskId, vitals: Arc<Vitals>) -> Self {
        Self { task, vitals, fates, exit: Exit::new(Reason::Killed) }
    }

    /// Does `work`, or as much of it as there is time for before it is told to end. `work` is dropped before `self` is:
    /// when the end is known, nothing is left of what the task held.
    pub(super) async fn spend(mut self, work: impl Future<Output = Exit>) -> Exit {
        let end = self.vitals.end.clone();
        let ended = end.run_until_cancelled(work).await;
        self.exit = ended.unwrap_or_else(|| self.cut_short());
        self.exit.clone()
    }

    /// Either all are told to end, or this one alone.
    fn cut_short(&self) -> Exit {
        if self.fates.shutdown.is_cancelled() {
            said(Reason::Shutdown, "The server is shutting down.")
        } else {
            said(Reason::Killed, "Ended from the monitor.")
        }
    }

    /// What the page is told of a life that ended in a panic. The panic's own words are for the log alone.
    pub(super) fn crashed(_: JoinError) -> Exit {
        said(Reason::Crashed, "The task crashed; the server's log says where. Everything else goes on working.")
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let reason = if thread::panicking() { Reason::Crashed } else { self.exit.reason };
        let why = self.exit.logged.as_deref().or(self.exit.message.as_deref());
        self.fates.ended(&self.task, &self.vitals, reason, why);
    }
}

fn said(reason: Reason, message: &str) -> Exit {
    Exit { message: Some(message.to_owned()), ..Exit::new(reason) }
}
