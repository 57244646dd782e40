//! Where a task puts what it makes.

use super::vitals::Vitals;
use futures::future;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The task's end of the channel to its stream, which is the only buffer between the upstream and the page.
#[derive(Debug)]
pub struct Deltas<T> {
    channel: mpsc::Sender<T>,
    vitals: Arc<Vitals>,
}

impl<T> Deltas<T> {
    /// Sends into `channel`, and counts in `vitals`.
    pub(super) const fn new(channel: mpsc::Sender<T>, vitals: Arc<Vitals>) -> Self {
        Self { channel, vitals }
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
}
