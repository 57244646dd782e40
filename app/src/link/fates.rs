//! The one place where every exit is written down: logged, counted, and kept for who asks.

use super::{Fate, Reason, TaskId, life::Life};
use rand::distr::{Alphanumeric, SampleString};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio_util::sync::CancellationToken;

/// 24 letters and digits: 142 bits.
const ID_LENGTH: usize = 24;

/// How many ended tasks are remembered: the page asks at once, so this is ample.
const REMEMBERED: usize = 4096;

/// Every task that lives now, and what became of the latest that lived. It only looks on: nothing here kills.
#[derive(Debug, Default)]
pub struct Fates {
    book: Mutex<Book>,
    /// Cancelled when the server goes down; every task ends at once.
    pub shutdown: CancellationToken,
}

#[derive(Debug, Default)]
struct Book {
    live: u64,
    fates: HashMap<TaskId, Fate>,
    ended: VecDeque<TaskId>,
    exits: HashMap<Reason, u64>,
}

impl Fates {
    /// What became of this task.
    #[must_use]
    pub fn of(&self, task: &str) -> Fate {
        self.book().fates.get(task).copied().unwrap_or(Fate::Unknown)
    }

    /// How many tasks live now.
    #[must_use]
    pub fn live(&self) -> u64 {
        self.book().live
    }

    /// How many tasks have ended for this reason since the server started.
    #[must_use]
    pub fn exits(&self, reason: Reason) -> u64 {
        self.book().exits.get(&reason).copied().unwrap_or(0)
    }

    /// A task begins.
    pub(super) fn born(self: &Arc<Self>) -> Life {
        let task: TaskId = Alphanumeric.sample_string(&mut rand::rng(), ID_LENGTH).into();
        let mut book = self.book();
        book.live += 1;
        book.fates.insert(task.clone(), Fate::Running);
        Life::new(self.clone(), task)
    }

    /// A task is gone, and so is all that it held.
    pub(super) fn ended(&self, task: &TaskId, reason: Reason, deltas: u64, lived_ms: u64, why: Option<&str>) {
        self.book().bury(task, reason, Fate::Ended { reason, deltas, lived_ms });
        tracing::info!(%task, reason = reason.as_str(), deltas, lived_ms, why, "exit");
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn bury(&mut self, task: &TaskId, reason: Reason, fate: Fate) {
        self.live -= 1;
        *self.exits.entry(reason).or_default() += 1;
        self.fates.insert(task.clone(), fate);
        self.ended.push_back(task.clone());
        if self.ended.len() > REMEMBERED
            && let Some(oldest) = self.ended.pop_front()
        {
            self.fates.remove(&oldest);
        }
    }
}

impl Reason {
    /// The word for it, as on the wire, for the log and the metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Failed => "failed",
            Self::Crashed => "crashed",
            Self::Killed => "killed",
            Self::Shutdown => "shutdown",
            Self::Interrupted => "interrupted",
            Self::Lost => "lost",
        }
    }
}
