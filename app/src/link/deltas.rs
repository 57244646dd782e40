//! Where a task puts what it makes.

use super::{Progress, vitals::Vitals};
use futures::{Stream, future, stream};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// How many deltas may wait for a slow reader before the task, and with it the upstream, has to wait too.
pub const BUFFER: usize = 32;

/// The task's end of the channel to its stream, which is the only buffer between the upstream and the page.
#[derive(Debug)]
pub struct Deltas<T> {
    channel: mpsc::Sender<T>,
    vitals: Arc<Vitals>,
    progress: watch::Sender<Option<Progress>>,
}

impl<T> Deltas<T> {
    /// Both ends: what is sent into the one, and counted in `vitals`, comes out of the other.
    pub(super) fn channel(vitals: Arc<Vitals>) -> (Self, mpsc::Receiver<T>) {
        let (channel, deltas) = mpsc::channel(BUFFER);
        (Self { channel, vitals, progress: watch::Sender::new(None) }, deltas)
    }

    /// Sends one delta, and waits while the page is slow to read.
    ///
    /// There is no error to handle: when the stream is gone, the task is being aborted, and this waits for just that.
    pub async fn send(&self, delta: T) {
        match self.channel.send(delta).await {
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
