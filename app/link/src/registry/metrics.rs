//! Counts over all tasks since the server started.

use super::{Histogram, stats::Stats};
use crate::Reason;
use std::collections::HashMap;

/// The counts.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// The number of living tasks.
    pub live: u64,
    /// The number of items that were sent.
    pub deltas: u64,
    /// From the start of a task to its first item.
    pub first_delta: Histogram,
    /// From the drop of a stream until its task, and all that the task held, was gone.
    pub stop_latency: Histogram,
    exits: HashMap<Reason, u64>,
}

impl Metrics {
    /// The number of tasks that ended for this reason.
    #[must_use]
    pub fn exits(&self, reason: Reason) -> u64 {
        self.exits.get(&reason).copied().unwrap_or(0)
    }

    /// The number of tasks that ended.
    pub(super) fn ended(&self) -> u64 {
        self.exits.values().sum()
    }

    /// Adds a task's items. To be called once a task.
    pub(super) fn add(&mut self, stats: &Stats) {
        self.deltas += stats.deltas();
        if let Some(took) = stats.first_delta() {
            self.first_delta.add(took);
        }
    }

    /// Adds the end of a task.
    pub(super) fn add_end(&mut self, stats: &Stats, reason: Reason) {
        self.add(stats);
        *self.exits.entry(reason).or_default() += 1;
        if let Some(took) = stats.dropped_for() {
            self.stop_latency.add(took);
        }
    }
}
