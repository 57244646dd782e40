//! A network that breaks without a word: the page hears nothing any more, and no error either.

use futures::{
    Stream, StreamExt,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;

/// A stream sends something at least every 15 s. After three silences of this length, in milliseconds, its connection
/// counts as lost. One alone proves nothing: after a sleep of the computer, the timer ends before the input is read.
const SILENCE_MS: u32 = 20_000;
const LAST: u32 = 3;

/// Listens to one stream.
#[derive(Debug)]
pub(super) struct Silence {
    timer: TimeoutFuture,
    count: u32,
}

impl Silence {
    pub(super) fn new() -> Self {
        Self { timer: TimeoutFuture::new(SILENCE_MS), count: 0 }
    }

    /// The next of the stream. None once it has ended, or its connection is lost.
    pub(super) async fn next<S: Stream + Unpin>(&mut self, stream: &mut S) -> Option<S::Item> {
        while self.count < LAST {
            if let Either::Left((said, _)) = select(stream.next(), &mut self.timer).await {
                self.count = 0;
                return said;
            }
            *self = Self { timer: TimeoutFuture::new(SILENCE_MS), count: self.count + 1 };
        }
        None
    }
}
