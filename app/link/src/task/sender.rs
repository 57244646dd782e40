//! The channel from a task to its stream: the only buffer between the upstream and the page.

use super::{Fragment, Progress, vitals::Vitals};
use futures::{Stream, future, stream};
use std::{
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

/// How many bytes of deltas may wait for a slow reader before the task, and with it the upstream, has to wait too: 64 KiB.
pub const BUFFER: usize = 64 * 1024;

/// What a delta takes of [`BUFFER`] besides its content: a place in the queue, an allocation.
pub const OVERHEAD: usize = 64;

/// Longer deltas are sent in pieces of this many bytes.
pub const PIECE: usize = 4 * 1024;

/// A delta, and its share of [`BUFFER`] until it is received.
type Waiting<T> = (T, OwnedSemaphorePermit);

/// The task's end of the channel.
#[derive(Debug)]
pub struct Deltas<T> {
    channel: mpsc::Sender<Waiting<T>>,
    buffer: Arc<Semaphore>,
    vitals: Arc<Vitals>,
    progress: watch::Sender<Option<Progress>>,
}

impl<T: Fragment> Deltas<T> {
    /// Both ends. Deltas that are sent are counted in `vitals`.
    pub(super) fn channel(vitals: Arc<Vitals>) -> (Self, Received<T>) {
        let (channel, received) = mpsc::channel(BUFFER / OVERHEAD);
        let (buffer, progress) = (Arc::new(Semaphore::new(BUFFER)), watch::Sender::new(None));
        (Self { channel, buffer, vitals, progress }, Received(received))
    }

    /// Sends one delta, and waits while the page is slow to read.
    ///
    /// There is no error to handle: when the stream is gone, the task is being aborted, and this waits for just that.
    pub async fn send(&self, delta: T) {
        for piece in delta.pieces(PIECE) {
            self.send_piece(piece).await;
        }
    }

    async fn send_piece(&self, piece: T) {
        let size = OVERHEAD.saturating_add(piece.size()).min(BUFFER); // a larger one that can't be cut waits for all of it
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        let Ok(share) = self.buffer.clone().acquire_many_owned(size).await else { return future::pending().await };
        match self.channel.send((piece, share)).await {
            Ok(()) => self.vitals.sent(),
            Err(_) => future::pending().await,
        }
    }

    /// Says what the task waits for. Only the latest word is kept, so this never waits.
    pub fn progress(&self, progress: Progress) {
        self.progress.send_replace(Some(progress));
    }

    /// What is said with [`Deltas::progress`].
    pub(super) fn watch(&self) -> impl Stream<Item = Progress> + use<T> {
        stream::unfold(self.progress.subscribe(), async |mut progress| {
            progress.changed().await.ok()?;
            let latest = (*progress.borrow_and_update())?;
            Some((latest, progress))
        })
    }
}

/// The stream's end of the channel.
#[derive(Debug)]
pub(super) struct Received<T>(mpsc::Receiver<Waiting<T>>);

impl<T> Received<T> {
    /// The next delta; none once the task has dropped its end and everything has been received.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_recv(cx).map(|waiting| waiting.map(|(delta, _)| delta))
    }

    /// The next delta, if there is one now.
    pub(super) fn ready(&mut self) -> Option<T> {
        self.0.try_recv().ok().map(|(delta, _)| delta)
    }
}
