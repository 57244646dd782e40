//! Requests to stop on systems where only Ctrl-C exists.

use crate::startup::error::StartupError;
use tokio::signal::ctrl_c;

/// The requests to stop.
#[derive(Debug)]
pub struct Signals;

impl Signals {
    /// Installs nothing: Tokio installs its handler at the first wait for Ctrl-C.
    ///
    /// # Errors
    /// None.
    pub const fn listen() -> Result<Self, StartupError> {
        Ok(Self)
    }

    /// Waits for the first request to stop.
    pub async fn shutdown_signal(&mut self) {
        if ctrl_c().await.is_err() {
            std::future::pending::<()>().await; // without a handler the request never comes
        }
    }

    /// Waits for a request to stop at once.
    pub async fn second_signal(&mut self) {
        self.shutdown_signal().await;
    }
}
