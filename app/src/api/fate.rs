//! `GET /api/fate`: what became of a task. The page asks after Stop, since a task that was killed has nobody left to
//! tell it.
#![expect(missing_docs, reason = "#[server] makes a struct of the arguments, and gives it no docs")]

use crate::api::error::ApiError;
use leptos::prelude::*;
use server_fn::codec::GetUrl;
use starcrossed::registry::Fate;

/// What became of the task with this id.
///
/// # Errors
/// 400 without an id. An id that nobody knows is no error: its state is `unknown`.
#[server(prefix = "/api", endpoint = "fate", input = GetUrl)]
pub async fn fate_of(task: String) -> Result<Fate, ApiError> {
    Ok(expect_context::<starcrossed::registry::TaskRegistry>().fate(&task))
}
