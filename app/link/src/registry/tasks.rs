//! The registry of a server's tasks.

use super::{Fate, Metrics, Snapshot, book::Book, stats::Stats};
use crate::{Observer, Reason, TaskId, Watch, task::Started};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The tasks that live, and the latest that lived. Clones are the same registry.
#[derive(Clone, Debug, Default)]
pub struct TaskRegistry(Arc<Mutex<Book>>);

impl TaskRegistry {
    /// The fate of one task.
    #[must_use]
    pub fn fate(&self, task: &str) -> Fate {
        self.book().fates.get(task).copied().unwrap_or(Fate::Unknown)
    }

    /// The number of tasks that live.
    #[must_use]
    pub fn live(&self) -> u64 {
        self.book().living.len() as u64
    }

    /// The number of tasks that have ended for this reason.
    #[must_use]
    pub fn exits(&self, reason: Reason) -> u64 {
        self.metrics().exits(reason)
    }

    /// All counts since the server started.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.book().metrics()
    }

    /// The newest `most` of the living tasks, and the latest exits.
    #[must_use]
    pub fn snapshot(&self, most: usize) -> Snapshot {
        self.book().snapshot(most)
    }

    /// Ends the living task with this number. Its page hears `message`. Returns whether there was one.
    pub fn kill(&self, number: u64, message: &str) -> bool {
        let stats = self.book().living.get(&number).cloned();
        stats.inspect(|stats| stats.ending.kill(message)).is_some()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for TaskRegistry {
    fn started(&self, task: Started) -> Arc<dyn Watch> {
        let stats = self.book().enter(task);
        Arc::new(Observed { registry: self.clone(), stats })
    }
}

/// One task, as the registry sees it.
#[derive(Debug)]
struct Observed {
    registry: TaskRegistry,
    stats: Arc<Stats>,
}

impl Watch for Observed {
    fn sent(&self, event: &str) {
        if event != "progress" {
            self.stats.sent();
        }
    }

    fn stream_dropped(&self) {
        self.stats.stream_dropped();
    }

    fn ended(&self, reason: Reason, why: Option<&str>) {
        let Stats { task, about, .. } = &*self.stats;
        let (deltas, lived_ms) = (self.stats.deltas(), self.stats.age_ms());
        self.registry.book().bury(&self.stats, reason, lived_ms);
        let task: &TaskId = task;
        tracing::info!(%task, reason = reason.as_str(), deltas, lived_ms, about = &**about, why, "exit");
    }
}
