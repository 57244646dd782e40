//! The channel from a task to its stream: the only buffer between the two.

use super::Watch;
use crate::Item;
use futures::executor::block_on;
use std::{
    error::Error,
    fmt,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::coop::consume_budget,
};
use tokio_util::sync::CancellationToken;

/// The bytes of items that may wait for a slow reader, before the task has to wait too: 64 KiB.
pub const BUFFER: usize = 64 * 1024;

/// The bytes of [`BUFFER`] that an item takes besides its content: a place in the queue, an allocation.
pub const OVERHEAD: usize = 64;

/// Longer items are sent in pieces of this many bytes, where they can be cut.
pub const PIECE: usize = 4 * 1024;

/// The page or the task is gone, so nothing can be sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the page or the task is gone")
    }
}

impl Error for Gone {}

/// An item, and its share of [`BUFFER`] until it is received.
type Waiting<T> = (T, OwnedSemaphorePermit);

/// The task's end of the channel. Clones send to the same page.
///
/// Code that the task doesn't await goes on when the task is aborted: a thread of `spawn_blocking`, a task of its own. Its
/// next `send` fails with [`Gone`]; between two of them it can ask [`is_gone`](Self::is_gone).
#[derive(Debug)]
pub struct Sender<T> {
    channel: mpsc::Sender<Waiting<T>>,
    buffer: Arc<Semaphore>,
    watch: Arc<dyn Watch>,
    gone: CancellationToken,
}

impl<T: Item> Sender<T> {
    pub(super) fn channel(watch: Arc<dyn Watch>, gone: CancellationToken) -> (Self, Received<T>) {
        let (channel, received) = mpsc::channel(BUFFER / OVERHEAD);
        (Self { channel, buffer: Arc::new(Semaphore::new(BUFFER)), watch, gone }, Received(received))
    }

    /// Sends one item, and waits while the page is slow to read.
    ///
    /// # Errors
    /// [`Gone`] once the stream is dropped or the task has ended.
    pub async fn send(&self, item: T) -> Result<(), Gone> {
        for piece in item.pieces(PIECE) {
            consume_budget().await; // a task that never waits is never aborted
            let share = share(&piece);
            let permit = match self.buffer.clone().try_acquire_many_owned(share) {
                Ok(permit) => permit,
                Err(_) => self.wait_for(share).await?,
            };
            self.push(piece, permit)?;
        }
        Ok(())
    }

    /// The same on a thread that may block, such as one of `spawn_blocking`.
    ///
    /// # Errors
    /// [`Gone`] once the stream is dropped or the task has ended.
    ///
    /// # Panics
    /// In async code, where it would block the runtime.
    pub fn blocking_send(&self, item: T) -> Result<(), Gone> {
        match Handle::try_current() {
            Ok(runtime) => runtime.block_on(self.send(item)),
            Err(_) => block_on(self.send(item)), // a thread that no runtime has made
        }
    }

    /// Sends one item if there is room for it now. Otherwise the item is dropped: for what the next one makes obsolete.
    ///
    /// # Errors
    /// [`Gone`] once the stream is dropped or the task has ended.
    pub fn send_if_room(&self, item: T) -> Result<(), Gone> {
        match self.buffer.clone().try_acquire_many_owned(share(&item)) {
            Ok(permit) => self.push(item, permit),
            Err(_) if self.is_gone() => Err(Gone),
            Err(_) => Ok(()),
        }
    }

    /// Whether the stream is dropped or the task has ended.
    pub fn is_gone(&self) -> bool {
        self.gone.is_cancelled()
    }

    /// Waits until the stream is dropped or the task has ended.
    pub async fn gone(&self) {
        self.gone.cancelled().await;
    }

    async fn wait_for(&self, share: u32) -> Result<OwnedSemaphorePermit, Gone> {
        let permit = self.gone.run_until_cancelled(self.buffer.clone().acquire_many_owned(share)).await;
        permit.and_then(Result::ok).ok_or(Gone)
    }

    /// The queue has a place for every item that the buffer has room for.
    fn push(&self, item: T, permit: OwnedSemaphorePermit) -> Result<(), Gone> {
        if self.is_gone() {
            return Err(Gone);
        }
        let event = item.event();
        self.channel.try_send((item, permit)).map_err(|_| Gone)?;
        self.watch.sent(event);
        Ok(())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        let Self { channel, buffer, watch, gone } = self;
        Self { channel: channel.clone(), buffer: buffer.clone(), watch: watch.clone(), gone: gone.clone() }
    }
}

/// An item's share of [`BUFFER`]. One that is larger waits for all of it.
fn share(item: &impl Item) -> u32 {
    let size = OVERHEAD.saturating_add(item.size()).min(BUFFER);
    u32::try_from(size).unwrap_or(u32::MAX)
}

/// The stream's end of the channel.
#[derive(Debug)]
pub(super) struct Received<T>(mpsc::Receiver<Waiting<T>>);

impl<T> Received<T> {
    /// The next item; none once every sender is dropped and everything has been received.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_recv(cx).map(|waiting| waiting.map(|(item, _)| item))
    }

    /// Lets nothing more in. Items that were sent can still be received.
    pub(super) fn close(&mut self) {
        self.0.close();
    }

    /// The next item, if there is one now.
    pub(super) fn ready(&mut self) -> Option<T> {
        self.0.try_recv().ok().map(|(item, _)| item)
    }
}
