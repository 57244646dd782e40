//! The signals by which a terminal or a service manager asks a process to stop.

use std::io;
use tokio::signal::unix::{SignalKind, signal};

/// Waits for the first SIGINT or SIGTERM that arrives after this call.
///
/// # Errors
/// The system allows no handler.
pub(super) fn stop() -> io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
