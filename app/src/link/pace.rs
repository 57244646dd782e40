//! How fast a stream may go, so that no browser falls behind.
//!
//! A browser takes in all that arrives and holds nothing back: what its page can't draw in time waits in front of every click.
//! So the server sends a page no more than it can draw. The rest waits in the task's channel, and then upstream, as it
//! does for a slow reader.

use super::{Event, Exit, Fragment, deltas::Received, life::Life};
use futures::{FutureExt, Stream};
use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::task::AbortOnDropHandle;

/// A limit on the writes of one stream, and on their bytes. Deltas that leave in one write are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The time from one write to the next, at least.
    pub tick: Duration,
    /// How many bytes of deltas leave in one tick. One delta may exceed it; then the next tick is later by as much.
    pub bytes: usize,
    /// How many bytes leave without a limit before the first others.
    pub burst: usize,
}

impl Pace {
    /// What all browsers draw without falling behind: sixty writes and 64 KiB a second, 3,000 deltas of 21 bytes each. With twice
    /// as many bytes, WebKit took four times as long to hear Stop in a flood; with half as many, no less time.
    pub const PAGE: Self = Self { tick: Duration::from_millis(16), bytes: 1024, burst: 8 * 1024 };

    /// How long the next write has to wait after one of so many bytes, which the burst doesn't cover.
    fn wait(&self, bytes: usize) -> Duration {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let full = u32::try_from(self.bytes.max(1)).unwrap_or(u32::MAX);
        self.tick.saturating_mul(bytes.max(full)) / full
    }
}

/// The deltas and the exit of one task, at a pace. Owns the task.
#[derive(Debug)]
pub(super) struct Paced<T> {
    deltas: Received<T>,
    /// The task, and then its exit, until that has been said.
    task: Task,
    pace: Pace,
    /// What is left of the burst.
    burst: usize,
    /// Elapsed once the next batch may leave.
    gate: Pin<Box<Sleep>>,
    /// What leaves now.
    batch: VecDeque<T>,
}

#[derive(Debug)]
enum Task {
    Running(AbortOnDropHandle<Exit>),
    Ended(Option<Exit>),
}

impl<T: Fragment> Paced<T> {
    pub(super) fn new(deltas: Received<T>, task: AbortOnDropHandle<Exit>, pace: Pace) -> Self {
        let (gate, batch) = (Box::pin(sleep(Duration::ZERO)), VecDeque::new());
        Self { deltas, task: Task::Running(task), pace, burst: pace.burst, gate, batch }
    }

    /// Fills the batch. It stays empty once the task has ended and nothing is left.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.has_ended(cx) {
            self.gather(usize::MAX); // an exit waits for nothing, and what is before it is small: see BUFFER
            return Poll::Ready(());
        }
        ready!(self.gate.poll_unpin(cx));
        match ready!(self.deltas.poll(cx)) {
            Some(first) => self.batch.push_back(first),
            None => return Poll::Pending, // its exit follows, and wakes this
        }
        let bytes = self.gather(self.pace.bytes.max(self.burst));
        let beyond = bytes.saturating_sub(self.burst);
        self.burst = self.burst.saturating_sub(bytes);
        self.gate.as_mut().reset(Instant::now() + self.pace.wait(beyond));
        Poll::Ready(())
    }

    fn has_ended(&mut self, cx: &mut Context<'_>) -> bool {
        if let Task::Running(task) = &mut self.task
            && let Poll::Ready(ended) = task.poll_unpin(cx)
        {
            self.task = Task::Ended(Some(ended.unwrap_or_else(Life::crashed)));
        }
        matches!(self.task, Task::Ended(_))
    }

    /// Adds to the batch what is ready, up to so many bytes. Returns the size of the batch.
    fn gather(&mut self, most: usize) -> usize {
        let mut bytes = self.batch.iter().map(counted).sum();
        while bytes < most
            && let Some(next) = self.deltas.ready()
        {
            bytes += counted(&next);
            let apart = match self.batch.back_mut() {
                Some(last) => last.join(next),
                None => Some(next),
            };
            self.batch.extend(apart);
        }
        bytes
    }
}

/// A delta counts even if it has no content, so that a batch has an end.
fn counted(delta: &impl Fragment) -> usize {
    delta.size().max(1)
}

impl<T: Fragment + Unpin> Stream for Paced<T> {
    type Item = Event<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event<T>>> {
        if self.batch.is_empty() {
            ready!(self.poll_batch(cx));
        }
        if let Some(delta) = self.batch.pop_front() {
            return Poll::Ready(Some(Event::Delta(delta)));
        }
        let exit = if let Task::Ended(exit) = &mut self.task { exit.take() } else { None };
        Poll::Ready(exit.map(Event::Exit))
    }
}

#[cfg(test)]
mod tests;
