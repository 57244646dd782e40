//! An observer hears of every task: its start, its items, its end. Killing needs none.

use super::Ending;
use crate::{Reason, TaskId};
use std::{fmt, sync::Arc};

/// A task that starts.
#[derive(Clone, Debug)]
pub struct Started {
    /// Its name, which only its page knows.
    pub task: TaskId,
    /// Its purpose, in a few words.
    pub about: Arc<str>,
    /// Ends it from outside.
    pub ending: Ending,
}

/// Is told of every task that starts.
pub trait Observer: fmt::Debug + Send + Sync {
    /// A task starts. What is returned watches it.
    fn started(&self, task: Started) -> Arc<dyn Watch>;
}

/// Is told what becomes of one task. A panic of its own ends nothing.
pub trait Watch: fmt::Debug + Send + Sync {
    /// The task has sent an item with this event name. A thread of the task may say so after [`ended`](Self::ended).
    fn sent(&self, event: &str) {
        _ = event;
    }

    /// The stream was dropped while the task was running. The task is aborted next.
    fn stream_dropped(&self) {}

    /// The task has ended, and all that it held is gone, but for threads and tasks that it started. `why` is for the log.
    fn ended(&self, reason: Reason, why: Option<&str>) {
        _ = (reason, why);
    }
}

/// Watches nothing.
impl Watch for () {}
