//! What is written down about tasks, those that live and those that lived.

use super::{
    Fate, Reason, TaskId,
    census::{Census, Ended},
    tally::Tally,
    vitals::{Vitals, millis},
};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How many ended tasks are remembered by their ids: the page asks at once, so this is ample.
const REMEMBERED: usize = 4096;

/// How many exits are shown.
const SHOWN: usize = 100;

/// Nothing in it grows without end: of the dead there are only so many, and the living are as many as they are.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) fates: HashMap<TaskId, Fate>,
    /// By number, and so by age.
    pub(super) living: BTreeMap<u64, Arc<Vitals>>,
    ended: VecDeque<TaskId>,
    exits: VecDeque<(Instant, Ended)>,
    born: u64,
    /// Of those that have ended.
    tally: Tally,
}

impl Book {
    /// A task begins.
    pub(super) fn enter(&mut self, task: TaskId, about: Arc<str>, end: CancellationToken) -> Arc<Vitals> {
        self.born += 1;
        let vitals = Arc::new(Vitals::new(self.born, about, end));
        self.living.insert(vitals.number, vitals.clone());
        self.fates.insert(task, Fate::Running);
        vitals
    }

    /// A task is gone.
    pub(super) fn bury(&mut self, task: &TaskId, vitals: &Vitals, reason: Reason, lived_ms: u64) {
        self.living.remove(&vitals.number);
        self.tally.add_end(vitals, reason);
        let (number, about, deltas) = (vitals.number, vitals.about.clone(), vitals.deltas());
        self.exits.push_back((Instant::now(), Ended { number, about, reason, deltas, lived_ms, ago_ms: 0 }));
        if self.exits.len() > SHOWN {
            self.exits.pop_front();
        }
        self.fates.insert(task.clone(), Fate::Ended { reason, deltas, lived_ms });
        self.ended.push_back(task.clone());
        if self.ended.len() > REMEMBERED
            && let Some(oldest) = self.ended.pop_front()
        {
            self.fates.remove(&oldest);
        }
    }

    /// The numbers, with what those have done that live.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = self.tally.clone();
        tally.live = self.living.len() as u64;
        self.living.values().for_each(|vitals| tally.add(vitals));
        tally
    }

    /// Who lives and who lived; of the living, at most so many.
    pub(super) fn census(&self, most: usize) -> Census {
        let tally = self.tally();
        let tasks = self.living.values().rev().take(most).map(|vitals| vitals.living()).collect();
        let ago = |(at, ended): &(Instant, Ended)| Ended { ago_ms: millis(at.elapsed()), ..ended.clone() };
        let exits = self.exits.iter().rev().map(ago).collect();
        Census { live: tally.live, ended: tally.ended(), deltas: tally.deltas, tasks, exits }
    }
}
