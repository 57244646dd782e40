//! What is seen of one task from outside, while it lives.

use super::census::{Living, State};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The longest [`Vitals::about`], in characters: a request may call a model whatever it likes.
const ABOUT: usize = 80;

/// One task's signs of life. The task, its stream and [`Fates`](super::Fates) hold them together.
#[derive(Debug)]
pub(super) struct Vitals {
    /// The how-manieth task of this server it is. Its id is its page's secret; this may be shown to anybody.
    pub(super) number: u64,
    /// What it is for.
    pub(super) about: Arc<str>,
    /// Cancelled when the task is to end at once: this one, or all.
    pub(super) end: CancellationToken,
    born: Instant,
    deltas: AtomicU64,
    first_delta: OnceLock<Duration>,
    let_go: OnceLock<Instant>,
}

impl Vitals {
    /// Of a task that is born now.
    pub(super) fn new(number: u64, about: Arc<str>, end: CancellationToken) -> Self {
        Self {
            number,
            about: short(about),
            end,
            born: Instant::now(),
            deltas: AtomicU64::new(0),
            first_delta: OnceLock::new(),
            let_go: OnceLock::new(),
        }
    }

    /// It has sent a delta.
    pub(super) fn sent(&self) {
        self.first_delta.get_or_init(|| self.age());
        self.deltas.fetch_add(1, Ordering::Relaxed);
    }

    /// How many deltas it has sent.
    pub(super) fn deltas(&self) -> u64 {
        self.deltas.load(Ordering::Relaxed)
    }

    /// How long it has lived.
    pub(super) fn age(&self) -> Duration {
        self.born.elapsed()
    }

    /// How old it was when it sent its first delta, if it has.
    pub(super) fn first_delta(&self) -> Option<Duration> {
        self.first_delta.get().copied()
    }

    /// How long ago its stream was dropped, if it was.
    pub(super) fn alone(&self) -> Option<Duration> {
        self.let_go.get().map(Instant::elapsed)
    }

    /// Its row in the census.
    pub(super) fn living(&self) -> Living {
        let state = if self.first_delta.get().is_some() { State::Streaming } else { State::Waiting };
        Living {
            number: self.number,
            about: self.about.clone(),
            state,
            age_ms: millis(self.age()),
            deltas: self.deltas(),
        }
    }
}

/// The stream's part in it: notes when the stream is dropped.
#[derive(Debug)]
pub(super) struct Watch(pub(super) Arc<Vitals>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.let_go.get_or_init(Instant::now);
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
