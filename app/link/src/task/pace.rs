//! The pace of a stream, so that no browser falls behind.
//!
//! A browser takes in all that arrives and holds nothing back: what its page can't draw in time waits in front of every click.
//! So the server sends a page no more than it can draw. The rest waits in the task's channel, and then upstream, as it
//! does for a slow reader.

mod bucket;

use super::{buffer::Received, guard::StreamGuard, running::Task};
use crate::{Event, Item};
use bucket::Bucket;
use futures::{FutureExt, Stream};
use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep};

/// The bytes that an event takes on the wire besides its content: `event: delta`, `data: {"reasoning":""}`, line ends, and
/// its part of an HTTP chunk.
const EVENT: usize = 48;

/// A page never reads more streams than this at once.
const MOST_STREAMS: u32 = 16;

/// A limit on the writes of one stream, and on their bytes as they are on the wire. Deltas that leave in one write are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The shortest time between two writes.
    pub tick: Duration,
    /// The number of bytes per tick. One delta may exceed it; then the next write is later in proportion.
    pub bytes: usize,
    /// The greatest number of bytes in one write after a silence. A tick of silence is worth `bytes`.
    pub burst: usize,
}

impl Pace {
    /// The rate that all browsers draw without falling behind: 62 writes and 64,000 bytes a second, which is 61,000 bytes of plain
    /// text, or 3,000 deltas of 20 bytes. With twice as many bytes, WebKit took four times as long to hear Stop in a flood;
    /// with half as many, no less time.
    ///
    /// The burst is 128 ms of that. So a word is at most 150 ms late behind a model that sends less than that on average,
    /// and no more than 16 KiB at once.
    pub const PAGE: Self = Self { tick: Duration::from_millis(16), bytes: 1024, burst: 8 * 1024 };

    /// The pace of each of several streams that are read at once, so that all of them together keep to this one.
    #[must_use]
    pub fn shared(self, streams: u32) -> Self {
        let streams = streams.clamp(1, MOST_STREAMS);
        Self { tick: self.tick * streams, burst: self.burst / streams as usize, ..self }
    }
}

/// The deltas and the exit of one task, at a pace. Owns the task.
#[derive(Debug)]
pub(super) struct Paced<T, R> {
    /// The task, and then its exit, until that has been said. Dropped first: a sender that can send no more knows why.
    task: Task<R>,
    deltas: Received<T>,
    bucket: Bucket,
    /// Elapsed once the next batch may leave.
    gate: Pin<Box<Sleep>>,
    /// The items that leave now.
    batch: VecDeque<T>,
}

/// Nothing in it is pinned.
impl<T, R> Unpin for Paced<T, R> {}

impl<T: Item, R: Default> Paced<T, R> {
    pub(super) fn new(deltas: Received<T>, task: StreamGuard<R>, pace: Pace) -> Self {
        let (gate, batch) = (Box::pin(sleep(Duration::ZERO)), VecDeque::new());
        Self { deltas, task: Task::Running(task), bucket: Bucket::full(pace), gate, batch }
    }

    /// Fills the batch. It stays empty once the task has ended and nothing is left.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.task.has_ended(cx) {
            return self.poll_rest(cx);
        }
        ready!(self.gate.poll_unpin(cx));
        let Some(first) = ready!(self.deltas.poll(cx)) else {
            return Poll::Pending; // its exit follows, and wakes this
        };
        let now = Instant::now();
        let first = self.add(first);
        let rest = self.gather(self.bucket.level(now).saturating_sub(first));
        let next = self.bucket.take(first + rest, now);
        self.gate.as_mut().reset(next);
        Poll::Ready(())
    }

    /// Fills the batch with all that is left. An exit waits for no tick, and what is before it is small: see BUFFER.
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.deltas.close();
        while let Poll::Ready(next) = self.deltas.poll(cx) {
            let Some(next) = next else { return Poll::Ready(()) };
            self.add(next);
        }
        if self.batch.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    }

    /// Adds ready items to the batch, up to this many bytes. Returns the number of bytes added.
    fn gather(&mut self, most: usize) -> usize {
        let mut bytes = 0;
        while bytes < most
            && let Some(next) = self.deltas.ready()
        {
            bytes += self.add(next);
        }
        bytes
    }

    /// Adds a delta to the batch. Returns its bytes, at least one: a batch of deltas without content has an end, too.
    fn add(&mut self, delta: T) -> usize {
        let content = delta.encoded_size().max(1);
        let apart = match self.batch.back_mut() {
            Some(last) => last.merge(delta),
            None => Some(delta),
        };
        let Some(apart) = apart else { return content };
        self.batch.push_back(apart);
        EVENT + content
    }
}

impl<T: Item, R: Default> Stream for Paced<T, R> {
    type Item = Event<T, R>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event<T, R>>> {
        if self.task.is_over() {
            return Poll::Ready(None);
        }
        if self.batch.is_empty() {
            ready!(self.poll_batch(cx));
        }
        if let Some(delta) = self.batch.pop_front() {
            return Poll::Ready(Some(Event::Item(delta)));
        }
        Poll::Ready(self.task.take_exit().map(Event::Exit))
    }
}

#[cfg(test)]
#[cfg(feature = "registry")] // by which they see a task end
mod tests;
