//! The counters of one task.

use super::snapshot::{Living, State};
use crate::{Ending, TaskId, task::Started};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// The longest [`Stats::about`], in characters. A request may name a model of any length.
const ABOUT: usize = 80;

/// Counted by the task and its stream, read by the registry.
#[derive(Debug)]
pub(super) struct Stats {
    pub(super) task: TaskId,
    /// Counts the tasks of this server. A task's name is its page's secret; this number isn't.
    pub(super) number: u64,
    pub(super) about: Arc<str>,
    pub(super) ending: Ending,
    started: Instant,
    deltas: AtomicU64,
    first_delta: OnceLock<Duration>,
    dropped: OnceLock<Instant>,
}

impl Stats {
    pub(super) fn new(number: u64, Started { task, about, ending }: Started) -> Self {
        Self {
            task,
            number,
            about: short(about),
            ending,
            started: Instant::now(),
            deltas: AtomicU64::new(0),
            first_delta: OnceLock::new(),
            dropped: OnceLock::new(),
        }
    }

    pub(super) fn sent(&self) {
        self.first_delta.get_or_init(|| self.started.elapsed());
        self.deltas.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn stream_dropped(&self) {
        self.dropped.get_or_init(Instant::now);
    }

    pub(super) fn deltas(&self) -> u64 {
        self.deltas.load(Ordering::Relaxed)
    }

    pub(super) fn age_ms(&self) -> u64 {
        millis(self.started.elapsed())
    }

    /// The age of the task at its first item.
    pub(super) fn first_delta(&self) -> Option<Duration> {
        self.first_delta.get().copied()
    }

    /// The time since the stream was dropped.
    pub(super) fn dropped_for(&self) -> Option<Duration> {
        self.dropped.get().map(Instant::elapsed)
    }

    /// The task's row in a snapshot.
    pub(super) fn living(&self) -> Living {
        let state = if self.first_delta.get().is_some() { State::Streaming } else { State::Waiting };
        let (age_ms, deltas) = (self.age_ms(), self.deltas());
        Living { number: self.number, about: self.about.clone(), state, age_ms, deltas }
    }
}

fn short(about: Arc<str>) -> Arc<str> {
    match about.char_indices().nth(ABOUT) {
        Some((end, _)) => about[..end].into(),
        None => about,
    }
}

/// A duration in whole milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
