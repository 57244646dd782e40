//! `POST /api/task`: the task of the essay's page.
#![expect(missing_docs, reason = "#[server] makes a struct of the arguments, and gives it no docs")]

#[cfg(feature = "ssr")]
mod work;

use crate::api::error::ApiError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;
use starcrossed::{EventStream, Item, Sse};

/// One message of the task: `{"text":"Async work chunk 1"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// The text.
    pub text: String,
}

impl Item for Chunk {}

/// `POST /api/task`: a task that sends "Async work chunk 1", "… 2" and so on, one every `interval_ms`. It panics in place of
/// chunk `crash_at`.
///
/// # Errors
/// 400 if it had too many chunks, or too long a pause.
#[server(prefix = "/api", endpoint = "task", input = Json, output = Sse)]
pub async fn task(chunks: u32, interval_ms: u64, crash_at: Option<u32>) -> Result<EventStream<Chunk>, ApiError> {
    if let Some(fault) = work::fault(chunks, interval_ms) {
        return Err(ApiError::Refused(fault));
    }
    let interval = std::time::Duration::from_millis(interval_ms);
    let permit = crate::api::permit::Permit::of_request();
    Ok(crate::api::raw::spawn().about("the essay's task").spawn(async move |sender| {
        let _permit = permit;
        work::chunks(chunks, interval, crash_at, sender).await
    }))
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
