//! A stream that is watched: when its reader lets go of it is noted, and then what it owns is dropped.

use super::vitals::Watch;
use futures::{Stream, StreamExt};
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// Fields are dropped in this order: first it is noted, then the task is aborted.
struct Watched<S> {
    _watch: Watch,
    events: Pin<Box<S>>,
}

impl Watch {
    /// The same events, watched.
    pub(super) fn over<S: Stream>(self, events: S) -> impl Stream<Item = S::Item> {
        Watched { _watch: self, events: Box::pin(events) }
    }
}

impl<S: Stream> Stream for Watched<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.events.poll_next_unpin(cx)
    }
}
