//! The work of the essay's task.

use super::Chunk;
use starcrossed::{Failure, Sender};
use std::time::Duration;

/// The most chunks of one task.
const MOST_CHUNKS: u32 = 10_000;
/// The longest pause between two chunks: an hour.
const LONGEST_PAUSE_MS: u64 = 3_600_000;

/// A sentence that says what is wrong with these arguments. None if they are right.
pub(super) fn fault(chunks: u32, interval_ms: u64) -> Option<String> {
    if chunks <= MOST_CHUNKS && interval_ms <= LONGEST_PAUSE_MS {
        return None;
    }
    Some(format!("That is too much: `chunks` goes up to {MOST_CHUNKS}, `interval_ms` up to {LONGEST_PAUSE_MS}."))
}

/// Sends one chunk after another, and panics in place of chunk `crash_at`.
pub(super) async fn chunks(
    chunks: u32,
    interval: Duration,
    crash_at: Option<u32>,
    sender: Sender<Chunk>,
) -> Result<(), Failure> {
    for n in 1..=chunks {
        tokio::time::sleep(interval).await;
        assert!(crash_at != Some(n), "asked to crash in place of chunk {n}");
        sender.send(Chunk { text: format!("Async work chunk {n}") }).await?;
    }
    Ok(())
}
