//! Requests to stop, where there is Ctrl-C alone.

use crate::startup::error::StartupError;
use tokio::signal::ctrl_c;

/// The requests to stop.
#[derive(Debug)]
pub struct Signals;

impl Signals {
    /// Installs nothing: Tokio does, when Ctrl-C is first waited for.
    ///
    /// # Errors
    /// None.
    pub const fn listen() -> Result<Self, StartupError> {
        Ok(Self)
    }

    /// Waits for the first request to stop.
    pub async fn shutdown_signal(&mut self) {
        if ctrl_c().await.is_err() {
            std::future::pending::<()>().await; // it can't be heard, so it never comes
        }
    }

    /// Waits for a request to stop at once.
    pub async fn second_signal(&mut self) {
        self.stop().await;
    }
}
