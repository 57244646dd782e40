//! The end of a task, from outside: of this one, or of all tasks of a server.

use crate::{Exit, Reason};
use std::sync::{Arc, OnceLock};
use tokio_util::sync::CancellationToken;

/// Ends one task. Clones end the same task. Dropping one ends nothing.
#[derive(Clone, Debug)]
pub struct Ending {
    shutdown: CancellationToken,
    /// Cancelled when the task is to end or has ended.
    token: CancellationToken,
    message: Arc<OnceLock<String>>,
}

impl Ending {
    pub(super) fn new(shutdown: &CancellationToken) -> Self {
        Self { shutdown: shutdown.clone(), token: shutdown.child_token(), message: Arc::default() }
    }

    /// Drops the work of the task, and its page hears [`Reason::Killed`] and this message. Of several kills the first counts.
    /// Does nothing once the task has ended.
    pub fn kill(&self, message: impl Into<String>) {
        self.message.get_or_init(|| message.into());
        self.begin();
    }

    pub(super) fn begin(&self) {
        self.token.cancel();
    }

    pub(super) fn is_begun(&self) -> bool {
        self.token.is_cancelled()
    }

    pub(super) async fn begun(&self) {
        self.token.cancelled().await;
    }

    /// None if the end begins before the future is done.
    pub(super) async fn unless_begun<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased; // a future that failed because of the end, such as a send, is no answer
            () = self.begun() => None,
            done = future => Some(done),
        }
    }

    /// Does the work until it is done, or is to end. Work that is done when its end has begun was cut short, too: it may have
    /// taken the error of its last `send` for a reason to finish.
    pub(super) async fn run<R: Default>(&self, work: impl Future<Output = Exit<R>>) -> Exit<R> {
        match self.unless_begun(work).await {
            Some(exit) if !self.is_begun() => exit,
            _ => self.exit(),
        }
    }

    fn exit<R: Default>(&self) -> Exit<R> {
        match self.message.get() {
            Some(message) => Exit::with_message(Reason::Killed, message),
            None if self.shutdown.is_cancelled() => {
                Exit::with_message(Reason::Shutdown, "The server is shutting down.")
            }
            None => Exit::new(Reason::Killed),
        }
    }
}
