//! The items and the exit of one task, as fast as they come.

use super::{buffer::Received, guard::StreamGuard, running::Task};
use crate::Event;
use futures::Stream;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Owns the task. The exit waits for the task alone: a thread of the task may hold on to its sender.
#[derive(Debug)]
pub(super) struct Unpaced<T, R> {
    /// Dropped first: a sender that can send no more knows why.
    task: Task<R>,
    items: Received<T>,
}

/// Nothing in it is pinned.
impl<T, R> Unpin for Unpaced<T, R> {}

impl<T, R> Unpaced<T, R> {
    pub(super) const fn new(items: Received<T>, task: StreamGuard<R>) -> Self {
        Self { task: Task::Running(task), items }
    }
}

impl<T, R: Default> Stream for Unpaced<T, R> {
    type Item = Event<T, R>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event<T, R>>> {
        if self.task.is_over() {
            return Poll::Ready(None);
        }
        if let Poll::Ready(Some(item)) = self.items.poll(cx) {
            return Poll::Ready(Some(Event::Item(item)));
        }
        if !self.task.has_ended(cx) {
            return Poll::Pending;
        }
        self.items.close();
        let item = ready!(self.items.poll(cx));
        Poll::Ready(item.map(Event::Item).or_else(|| self.task.take_exit().map(Event::Exit)))
    }
}
