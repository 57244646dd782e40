//! Ctrl-C, on systems that know no other request to stop.

use std::{future, io};
use tokio::signal::ctrl_c;

/// Waits for Ctrl-C.
///
/// # Errors
/// None: a Ctrl-C that can't be heard never comes.
#[allow(clippy::unnecessary_wraps, reason = "signals can fail elsewhere")]
pub(super) fn stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if ctrl_c().await.is_err() {
            future::pending().await
        }
    })
}
