//! The one place where every exit is written down: logged, counted, and kept for who asks.

use super::{Exit, Fate, Reason, TaskId};
use rand::distr::{Alphanumeric, SampleString};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::time::Instant;
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

    /// A task begins. Its [`Life`] belongs to it, and ends with it.
    pub(super) fn born(self: &Arc<Self>) -> Life {
        let task: TaskId = Alphanumeric.sample_string(&mut rand::rng(), ID_LENGTH).into();
        let mut book = self.book();
        book.live += 1;
        book.fates.insert(task.clone(), Fate::Running);
        Life {
            fates: self.clone(),
            task,
            born: Instant::now(),
            deltas: Arc::default(),
            exit: Exit::new(Reason::Killed),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn bury(&mut self, task: &TaskId, fate: Fate, reason: Reason) {
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

/// A task's life, from spawn to drop. Since the task owns it, no task can end without it noticing: one that returns has
/// set `exit`, one that panics is unwinding, and one that is aborted has had no time to do either.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) fates: Arc<Fates>,
    pub(super) task: TaskId,
    pub(super) deltas: Arc<AtomicU64>,
    pub(super) exit: Exit,
    born: Instant,
}

impl Drop for Life {
    fn drop(&mut self) {
        let reason = if thread::panicking() { Reason::Crashed } else { self.exit.reason };
        let deltas = self.deltas.load(Ordering::Relaxed);
        let lived_ms = millis(self.born.elapsed());
        self.fates.book().bury(&self.task, Fate::Ended { reason, deltas, lived_ms }, reason);
        let why = self.exit.message.as_deref();
        tracing::info!(task = %self.task, reason = reason.as_str(), deltas, lived_ms, why, "exit");
    }
}

fn millis(lived: Duration) -> u64 {
    u64::try_from(lived.as_millis()).unwrap_or(u64::MAX)
}
