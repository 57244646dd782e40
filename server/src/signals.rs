//! Being asked to stop: Ctrl-C, or SIGTERM as service managers send it.

use crate::failure::Failure;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The requests to stop, from when this was made. None is lost between two calls of [`Signals::next`].
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Installs the handlers, on a Tokio runtime. It has to come before everything else: the kernel drops a signal that
    /// process 1 of a container has no handler for.
    ///
    /// # Errors
    /// The system allows no handler.
    pub fn listen() -> Result<Self, Failure> {
        let handler =
            |kind| signal(kind).map_err(|error| Failure::runtime(format!("can't listen for signals: {error}")));
        Ok(Self { terminate: handler(SignalKind::terminate())?, interrupt: handler(SignalKind::interrupt())? })
    }

    /// Waits for the next request to stop.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
