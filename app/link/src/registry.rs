//! The one place where every exit is written down: logged, counted, and kept for who asks.

use super::{
    Census, Fate, Reason, Tally, TaskId,
    book::Book,
    life::Life,
    vitals::{Vitals, Watch, millis},
};
use rand::distr::{Alphanumeric, SampleString};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// 24 letters and digits: 142 bits.
const ID_LENGTH: usize = 24;

/// Every task that lives now, and what became of the latest that lived. It only looks on, but for [`Fates::kill`].
#[derive(Debug, Default)]
pub struct Fates {
    book: Mutex<Book>,
    /// Cancelled when the server goes down; every task ends at once.
    pub shutdown: CancellationToken,
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
        self.book().living.len() as u64
    }

    /// How many tasks have ended for this reason since the server started.
    #[must_use]
    pub fn exits(&self, reason: Reason) -> u64 {
        self.book().tally().exits(reason)
    }

    /// All that can be counted.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.book().tally()
    }

    /// The tasks that live now, the newest so many of them, and the latest that lived.
    #[must_use]
    pub fn census(&self, most: usize) -> Census {
        self.book().census(most)
    }

    /// Ends the task of this number: its work is dropped, and its page is told. Says whether there was one.
    pub fn kill(&self, number: u64) -> bool {
        let vitals = self.book().living.get(&number).cloned();
        vitals.inspect(|vitals| vitals.end.cancel()).is_some()
    }

    /// A task begins: one part of it is the task's, the other its stream's.
    pub(super) fn born(self: &Arc<Self>, about: Arc<str>) -> (Life, Watch) {
        let task: TaskId = Alphanumeric.sample_string(&mut rand::rng(), ID_LENGTH).into();
        let vitals = self.book().enter(task.clone(), about, self.shutdown.child_token());
        (Life::new(self.clone(), task, vitals.clone()), Watch(vitals))
    }

    /// A task is gone, and so is all that it held.
    pub(super) fn ended(&self, task: &TaskId, vitals: &Vitals, reason: Reason, why: Option<&str>) {
        let (about, deltas, lived_ms) = (&*vitals.about, vitals.deltas(), millis(vitals.age()));
        self.book().bury(task, vitals, reason, lived_ms);
        tracing::info!(%task, reason = reason.as_str(), deltas, lived_ms, about, why, "exit");
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
