//! Ctrl-C, on systems that know no other request to stop.

use std::{future, io};
use tokio::signal::ctrl_c;

/// Ctrl-C.
#[derive(Debug)]
pub(super) struct Signals;

impl Signals {
    /// Nothing has to be installed.
    ///
    /// # Errors
    /// None.
    #[allow(clippy::unnecessary_wraps, reason = "handlers that have to be installed can be refused")]
    pub(super) const fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for it. One that can't be heard never comes.
    pub(super) async fn stop(&mut self) {
        if ctrl_c().await.is_err() {
            future::pending::<()>().await;
        }
    }
}
