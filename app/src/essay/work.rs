//! What the essay's task does.

use crate::{
    chat::message::Delta,
    link::{Deltas, Exit, Reason},
};
use std::time::Duration;

/// The most chunks that one task makes.
const MOST_CHUNKS: u32 = 10_000;
/// How long one works at most: two hours, as long as an answer.
const LONGEST_MS: u64 = 2 * 3_600_000;

/// What is wrong with such a task, as a sentence, if something is.
pub(super) fn fault(chunks: u32, interval_ms: u64) -> Option<String> {
    let length = interval_ms.saturating_mul(chunks.into());
    (chunks > MOST_CHUNKS || interval_ms > LONGEST_MS || length > LONGEST_MS).then(|| {
        format!(
            "That is too much: `chunks` goes up to {MOST_CHUNKS}, and the task works for two hours at most, `chunks` times \
             `interval_ms`."
        )
    })
}

/// Sends one chunk after another, and panics in place of chunk `crash_at`.
pub(super) async fn chunks(chunks: u32, interval: Duration, crash_at: Option<u32>, deltas: Deltas<Delta>) -> Exit {
    for n in 1..=chunks {
        tokio::time::sleep(interval).await;
        assert!(crash_at != Some(n), "asked to crash in place of chunk {n}");
        deltas.send(Delta::Text(format!("Async work chunk {n}"))).await;
    }
    Exit::new(Reason::Normal)
}
