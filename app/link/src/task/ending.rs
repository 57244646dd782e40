//! How a task is ended from outside: this one, or all of a server.

use crate::{Exit, Reason};
use std::sync::{Arc, OnceLock};
use tokio_util::sync::CancellationToken;

/// Ends one task. Clones end the same task.
#[derive(Clone, Debug)]
pub struct Ending {
    shutdown: CancellationToken,
    token: CancellationToken,
    message: Arc<OnceLock<String>>,
}

impl Ending {
    pub(super) fn new(shutdown: &CancellationToken) -> Self {
        Self { shutdown: shutdown.clone(), token: shutdown.child_token(), message: Arc::default() }
    }

    /// Drops the work of the task. Its page hears [`Reason::Killed`] and this message.
    pub fn kill(&self, message: impl Into<String>) {
        self.message.get_or_init(|| message.into());
        self.token.cancel();
    }

    /// Does the work until it is done, or is to end.
    pub(super) async fn run<R: Default>(&self, work: impl Future<Output = Exit<R>>) -> Exit<R> {
        self.token.run_until_cancelled(work).await.unwrap_or_else(|| self.exit())
    }

    fn exit<R: Default>(&self) -> Exit<R> {
        if self.shutdown.is_cancelled() {
            return Exit::with_message(Reason::Shutdown, "The server is shutting down.");
        }
        Exit { message: self.message.get().cloned(), ..Exit::new(Reason::Killed) }
    }
}
