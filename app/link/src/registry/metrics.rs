//! What all tasks that there ever were come to, in numbers.

use super::{Reason, histogram::Histogram, vitals::Vitals};
use std::collections::HashMap;

/// The numbers since the server started.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many tasks live now.
    pub live: u64,
    /// How many deltas were sent.
    pub deltas: u64,
    /// How long it took from a task's birth to its first delta.
    pub first_delta: Histogram,
    /// How long it took from the moment at which nobody listened any more until a task, and all that it held, was gone.
    pub last_breath: Histogram,
    exits: HashMap<Reason, u64>,
}

impl Tally {
    /// How many tasks have ended for this reason.
    #[must_use]
    pub fn exits(&self, reason: Reason) -> u64 {
        self.exits.get(&reason).copied().unwrap_or(0)
    }

    /// How many have ended.
    pub(super) fn ended(&self) -> u64 {
        self.exits.values().sum()
    }

    /// Adds what a task has done; for the numbers to be right, once.
    pub(super) fn add(&mut self, vitals: &Vitals) {
        self.deltas += vitals.deltas();
        if let Some(took) = vitals.first_delta() {
            self.first_delta.add(took);
        }
    }

    /// Adds the end of a task.
    pub(super) fn add_end(&mut self, vitals: &Vitals, reason: Reason) {
        self.add(vitals);
        *self.exits.entry(reason).or_default() += 1;
        if let Some(took) = vitals.alone() {
            self.last_breath.add(took);
        }
    }
}
