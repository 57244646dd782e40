//! The essay's page, and the task that it runs: `POST /api/task`.
#![expect(missing_docs, reason = "#[server] makes a struct of the arguments, and gives it no docs")]

use crate::{
    chat::message::Delta,
    error::ApiError,
    link::{EventStream, Sse},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// The most chunks that one task makes.
const MOST_CHUNKS: u32 = 10_000;
/// The longest pause between two chunks: an hour.
const LONGEST_PAUSE_MS: u64 = 3_600_000;

/// `POST /api/task`: a task that says "Async work chunk 1", "… 2" and so on, one every `interval_ms`.
/// It panics in place of chunk `crash_at`.
///
/// # Errors
/// 400 if it would never end.
#[server(prefix = "/api", endpoint = "task", input = Json, output = Sse)]
pub async fn task(chunks: u32, interval_ms: u64, crash_at: Option<u32>) -> Result<EventStream<Delta>, ApiError> {
    if chunks > MOST_CHUNKS || interval_ms > LONGEST_PAUSE_MS {
        return Err(ApiError::Refused(format!(
            "That is too much: `chunks` goes up to {MOST_CHUNKS}, `interval_ms` up to {LONGEST_PAUSE_MS}."
        )));
    }
    let fates = expect_context::<std::sync::Arc<crate::link::Fates>>();
    let interval = std::time::Duration::from_millis(interval_ms);
    Ok(crate::link::spawn_linked(&fates, move |deltas| work::chunks(chunks, interval, crash_at, deltas)))
}

#[cfg(feature = "ssr")]
mod work;
