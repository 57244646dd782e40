//! The task's end of the link: it sends items to the page, as fast as the page reads them.

use super::{
    Ending, Gone, Watch,
    buffer::{Buffer, Place, Received, buffer, size_of},
    guard::apart,
};
use crate::Item;
use std::sync::Arc;
use tokio::{runtime::Handle, task::coop::consume_budget};

/// Longer items are sent in pieces of this many bytes, where they can be cut.
pub(super) const PIECE: usize = 4 * 1024;

/// The task's end of the link. Clones send to the same page. Dropping it ends nothing: the task ends when its work is done.
///
/// Code that the task doesn't await goes on when the task is aborted: a thread of `spawn_blocking`, a task of its own. Its
/// next `send` fails with [`Gone`]; between two of them it can ask [`is_gone`](Self::is_gone).
#[derive(Debug)]
pub struct Sender<T> {
    buffer: Buffer<T>,
    watch: Arc<dyn Watch>,
    ending: Ending,
    runtime: Handle,
}

impl<T: Item> Sender<T> {
    pub(super) fn channel(watch: Arc<dyn Watch>, ending: Ending, runtime: Handle) -> (Self, Received<T>) {
        let (buffer, received) = buffer();
        (Self { buffer, watch, ending, runtime }, received)
    }

    /// Sends one item. Waits while the page is slow to read; after 15 minutes in which it read nothing, the task ends.
    ///
    /// # Errors
    /// [`Gone`] once the stream is dropped, or the task has ended or is to end.
    pub async fn send(&self, item: T) -> Result<(), Gone> {
        for piece in item.pieces(PIECE) {
            consume_budget().await; // a task that never waits is never aborted
            let size = size_of(&piece);
            let place = match self.buffer.try_place(size) {
                Some(place) => place,
                None => self.wait_for(size).await?,
            };
            self.put(piece, place)?;
        }
        Ok(())
    }

    /// The same on a thread that may block, such as one of `spawn_blocking`.
    ///
    /// # Errors
    /// [`Gone`] once the stream is dropped, or the task has ended or is to end.
    ///
    /// # Panics
    /// In async code, where it would block the runtime.
    pub fn blocking_send(&self, item: T) -> Result<(), Gone> {
        self.runtime.block_on(self.send(item))
    }

    /// Sends one item if there is room for it now. Otherwise the item is dropped: for what the next one makes obsolete.
    ///
    /// # Errors
    /// [`Gone`] once the stream is dropped, or the task has ended or is to end.
    pub fn send_if_room(&self, item: T) -> Result<(), Gone> {
        match self.buffer.try_place(size_of(&item)) {
            Some(place) => self.put(item, place),
            None if self.is_gone() => Err(Gone),
            None => Ok(()),
        }
    }

    /// Whether the stream is dropped, or the task has ended or is to end.
    pub fn is_gone(&self) -> bool {
        self.ending.is_begun()
    }

    /// Waits until the stream is dropped, or the task has ended or is to end.
    pub async fn gone(&self) {
        self.ending.begun().await;
    }

    async fn wait_for(&self, size: u32) -> Result<Place, Gone> {
        let place = self.ending.unless_begun(self.buffer.place(size)).await.ok_or(Gone)?;
        place.ok_or_else(|| {
            self.ending.kill("The page has read nothing for 15 minutes.");
            Gone
        })
    }

    fn put(&self, item: T, place: Place) -> Result<(), Gone> {
        if self.is_gone() {
            return Err(Gone);
        }
        let event = item.event();
        self.buffer.put(item, place)?;
        apart(|| self.watch.sent(event));
        Ok(())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        let Self { buffer, watch, ending, runtime } = self;
        Self { buffer: buffer.clone(), watch: watch.clone(), ending: ending.clone(), runtime: runtime.clone() }
    }
}
