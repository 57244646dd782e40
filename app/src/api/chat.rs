//! The server functions behind the chat page. Plain HTTP, usable with curl.
#![expect(missing_docs, reason = "#[server] makes a struct of the arguments, and gives it no docs")]

use crate::{
    api::{error::ApiError, json::LongJson},
    chat::protocol::{
        answer::EventStream,
        message::{ChatRequest, ModelList, Paced},
    },
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;
use starcrossed::Sse;

/// `POST /api/chat`: asks a model, in a task that lives as long as the stream of its answer. With `paced`, the stream is limited
/// to the speed of a browser ([`Pace`](starcrossed::Pace)), and deltas that are ready together are joined. A page that reads
/// several streams at once sends their number, and each gets its share of the pace.
///
/// # Errors
/// 400 with a sentence if the request is wrong. Later failures are the stream's last event.
#[server(prefix = "/api", endpoint = "chat", input = LongJson, output = Sse)]
pub async fn chat(
    #[server(flatten)] request: ChatRequest,
    #[server(default)] paced: Paced,
) -> Result<EventStream, ApiError> {
    let request = request.checked().map_err(ApiError::Refused)?;
    let model = expect_context::<crate::chat::protocol::model::SharedModel>();
    let about = if request.model.is_empty() { "the default model".to_owned() } else { request.model.clone() };
    let permit = crate::api::permit::Permit::of_request();
    let streams = paced.streams();
    let spawn = if streams > 0 {
        starcrossed::Spawn::new().paced(starcrossed::Pace::PAGE.shared(streams))
    } else {
        crate::api::raw::spawn()
    };
    Ok(spawn.about(about).spawn_with_exit(async move |sender| {
        let _permit = permit;
        model.reply(request, sender.into()).await
    }))
}

/// `GET /api/models`: the available models.
///
/// # Errors
/// None. The list itself names the servers that can't be reached.
#[server(prefix = "/api", endpoint = "models", input = GetUrl)]
pub async fn models() -> Result<ModelList, ApiError> {
    let model = expect_context::<crate::chat::protocol::model::SharedModel>();
    Ok(model.list().await)
}
