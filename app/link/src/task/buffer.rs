//! The channel from a task to its stream: the only buffer between the two, bounded in bytes.

use super::Gone;
use crate::Item;
use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::timeout,
};

/// A page that reads slowly is waited for. One that reads nothing for this long has forgotten that it asked, though its
/// kernel still answers, or its HTTP/2 connection does.
pub(super) const STALLED: Duration = Duration::from_mins(15);

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
    /// The number of items that were received.
    read: Arc<AtomicUsize>,
}

/// The stream's end.
#[derive(Debug)]
pub(super) struct Received<T> {
    queue: mpsc::Receiver<(T, Place)>,
    read: Arc<AtomicUsize>,
}

/// Both ends of a new buffer.
pub(super) fn buffer<T>() -> (Buffer<T>, Received<T>) {
    let (queue, received) = mpsc::channel(BUFFER / OVERHEAD);
    let read = Arc::<AtomicUsize>::default();
    let buffer = Buffer { queue, room: Arc::new(Semaphore::new(BUFFER)), read: read.clone() };
    (buffer, Received { queue: received, read })
}

impl<T: Item> Buffer<T> {
    /// A place of this size, if there is one now.
    pub(super) fn try_place(&self, size: u32) -> Option<Place> {
        self.room.clone().try_acquire_many_owned(size).ok()
    }

    /// A place of this size. Waits for it. None once nothing has been read for [`STALLED`].
    pub(super) async fn place(&self, size: u32) -> Option<Place> {
        let mut place = pin!(self.room.clone().acquire_many_owned(size));
        let (mut read, mut silences) = (self.read.load(Ordering::Relaxed), 0);
        // Twice half of it: a process that was paused finds its timer over before its pages had a chance to read.
        while silences < 2 {
            if let Ok(place) = timeout(STALLED / 2, &mut place).await {
                return place.ok();
            }
            let before = std::mem::replace(&mut read, self.read.load(Ordering::Relaxed));
            silences = if read == before { silences + 1 } else { 0 };
        }
        None
    }

    /// Puts the item in its place. The queue is as long as the room is large.
    pub(super) fn put(&self, item: T, place: Place) -> Result<(), Gone> {
        self.queue.try_send((item, place)).map_err(|_| Gone)
    }
}

impl<T> Clone for Buffer<T> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), room: self.room.clone(), read: self.read.clone() }
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
        self.queue.poll_recv(cx).map(|received| received.map(|(item, _)| self.note(item)))
    }

    /// Lets nothing more in. Items that were sent can still be received.
    pub(super) fn close(&mut self) {
        self.queue.close();
    }

    /// The next item, if there is one now.
    pub(super) fn ready(&mut self) -> Option<T> {
        self.queue.try_recv().ok().map(|(item, _)| self.note(item))
    }

    fn note(&self, item: T) -> T {
        self.read.fetch_add(1, Ordering::Relaxed);
        item
    }
}
