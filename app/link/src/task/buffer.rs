//! The channel from a task to its stream: the only buffer between the two, bounded in bytes.

use super::Gone;
use crate::Item;
use std::{
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// The bytes of items that may wait for a slow reader, before the task has to wait too: 64 KiB.
pub(super) const BUFFER: usize = 64 * 1024;

/// The bytes of [`BUFFER`] that an item takes besides its content: a place in the queue, an allocation.
pub(super) const OVERHEAD: usize = 64;

/// An item's share of [`BUFFER`], free again when this is dropped.
pub(super) type Place = OwnedSemaphorePermit;

/// The task's end.
#[derive(Debug)]
pub(super) struct Buffer<T> {
    queue: mpsc::Sender<(T, Place)>,
    room: Arc<Semaphore>,
}

/// The stream's end.
#[derive(Debug)]
pub(super) struct Received<T>(mpsc::Receiver<(T, Place)>);

/// Both ends of a new buffer.
pub(super) fn buffer<T>() -> (Buffer<T>, Received<T>) {
    let (queue, received) = mpsc::channel(BUFFER / OVERHEAD);
    (Buffer { queue, room: Arc::new(Semaphore::new(BUFFER)) }, Received(received))
}

impl<T: Item> Buffer<T> {
    /// A place of this size, if there is one now.
    pub(super) fn try_place(&self, size: u32) -> Option<Place> {
        self.room.clone().try_acquire_many_owned(size).ok()
    }

    /// A place of this size. Waits for it.
    pub(super) async fn place(&self, size: u32) -> Result<Place, Gone> {
        self.room.clone().acquire_many_owned(size).await.map_err(|_| Gone)
    }

    /// Puts the item in its place. The queue is as long as the room is large.
    pub(super) fn put(&self, item: T, place: Place) -> Result<(), Gone> {
        self.queue.try_send((item, place)).map_err(|_| Gone)
    }
}

impl<T> Clone for Buffer<T> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), room: self.room.clone() }
    }
}

/// The size of an item's place. An item that is larger than the buffer waits for all of it.
pub(super) fn size_of(item: &impl Item) -> u32 {
    let size = OVERHEAD.saturating_add(item.size()).min(BUFFER);
    u32::try_from(size).unwrap_or(u32::MAX)
}

impl<T> Received<T> {
    /// The next item; none once every sender is dropped and everything has been received.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_recv(cx).map(|received| received.map(|(item, _)| item))
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
