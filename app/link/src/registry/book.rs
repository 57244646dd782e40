//! The data of the registry.

use super::{
    Fate, Metrics, Snapshot,
    snapshot::Ended,
    stats::{Stats, millis},
};
use crate::{Reason, TaskId, task::Started};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};
use tokio::time::Instant;

/// The number of ended tasks that are remembered by name. A page asks at once, so this is ample.
const REMEMBERED: usize = 4096;

/// The number of exits that a snapshot shows.
const SHOWN: usize = 100;

/// Bounded, but for the living tasks.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) fates: HashMap<TaskId, Fate>,
    /// By number, so by age.
    pub(super) living: BTreeMap<u64, Arc<Stats>>,
    ended: VecDeque<TaskId>,
    exits: VecDeque<(Instant, Ended)>,
    started: u64,
    /// Of the tasks that have ended.
    metrics: Metrics,
}

impl Book {
    /// A task starts.
    pub(super) fn enter(&mut self, task: Started) -> Arc<Stats> {
        self.started += 1;
        self.fates.insert(task.task.clone(), Fate::Running);
        let stats = Arc::new(Stats::new(self.started, task));
        self.living.insert(stats.number, stats.clone());
        stats
    }

    /// A task has ended.
    pub(super) fn bury(&mut self, stats: &Stats, reason: Reason, lived_ms: u64) {
        self.living.remove(&stats.number);
        self.metrics.add_end(stats, reason);
        let (number, about, deltas) = (stats.number, stats.about.clone(), stats.deltas());
        self.exits.push_back((Instant::now(), Ended { number, about, reason, deltas, lived_ms, ago_ms: 0 }));
        if self.exits.len() > SHOWN {
            self.exits.pop_front();
        }
        self.fates.insert(stats.task.clone(), Fate::Ended { reason, deltas, lived_ms });
        self.ended.push_back(stats.task.clone());
        if self.ended.len() > REMEMBERED
            && let Some(oldest) = self.ended.pop_front()
        {
            self.fates.remove(&oldest);
        }
    }

    /// The counts of the ended tasks, and of the living ones so far.
    pub(super) fn metrics(&self) -> Metrics {
        let mut metrics = self.metrics.clone();
        metrics.live = self.living.len() as u64;
        self.living.values().for_each(|stats| metrics.add(stats));
        metrics
    }

    /// The newest `most` of the living tasks, and the latest exits.
    pub(super) fn snapshot(&self, most: usize) -> Snapshot {
        let metrics = self.metrics();
        let tasks = self.living.values().rev().take(most).map(|stats| stats.living()).collect();
        let ago = |(at, ended): &(Instant, Ended)| Ended { ago_ms: millis(at.elapsed()), ..ended.clone() };
        let exits = self.exits.iter().rev().map(ago).collect();
        Snapshot { live: metrics.live, ended: metrics.ended(), deltas: metrics.deltas, tasks, exits }
    }
}
