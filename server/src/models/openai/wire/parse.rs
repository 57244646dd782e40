//! Parses long bodies off the runtime.

use std::{future, panic};
use tokio::task;

/// A body of at least this many bytes is parsed on a thread for blocking work: it can take milliseconds.
const LONG: usize = 128 * 1024;

/// The result of `read`, and the body.
pub(crate) async fn parsed<T: Send + 'static>(
    body: String,
    read: impl FnOnce(&str) -> T + Send + 'static,
) -> (T, String) {
    if body.len() < LONG {
        return (read(&body), body);
    }
    match task::spawn_blocking(move || (read(&body), body)).await {
        Ok(parsed) => parsed,
        Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
        Err(_) => future::pending().await, // the runtime is shutting down, and drops this
    }
}
