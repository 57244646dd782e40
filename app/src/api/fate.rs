//! `GET /api/fate`: the end of a task. The page asks after Stop, because a killed task has no stream left to report its end.
#![expect(missing_docs, reason = "#[server] makes a struct of the arguments, and gives it no docs")]

use crate::api::error::ApiError;
use leptos::prelude::*;
use server_fn::codec::GetUrl;
use starcrossed::registry::Fate;

/// `GET /api/fate`: the state of the task with this id, or its end.
///
/// # Errors
/// 400 without an id. An unknown id is no error: its state is `unknown`.
#[server(prefix = "/api", endpoint = "fate", input = GetUrl)]
pub async fn fate_of(task: String) -> Result<Fate, ApiError> {
    Ok(expect_context::<starcrossed::registry::TaskRegistry>().fate(&task))
}
