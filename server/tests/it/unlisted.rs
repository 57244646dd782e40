//! A server function that the server's table of endpoints doesn't list, as one that was just added: its tasks are limited.

use crate::support::{
    raw_client::{Farewell, Page, post},
    server::{Rules, Server},
    soon,
};
use app::api::error::ApiError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server::{guard::quota::Quota, models::Models};
use server_fn::codec::Json;
use starcrossed::{EventStream, Item, Reason, Sse, spawn_linked};
use std::future;

#[derive(Serialize, Deserialize)]
struct Word;

impl Item for Word {}

#[server(prefix = "/api", endpoint = "unlisted", input = Json, output = Sse)]
async fn unlisted() -> Result<EventStream<Word>, ApiError> {
    Ok(spawn_linked(async |_| future::pending().await))
}

#[tokio::test]
async fn an_unlisted_streaming_endpoint_is_limited() {
    let rules = Rules { tasks: Quota::new(1, 1), ..Rules::default() };
    let server = Server::with_rules(rules, Models::new([], None)).await;
    let page = Page::start(server.address, "/api/unlisted", "{}").await;
    for path in ["/api/unlisted", "/api/task"] {
        assert_eq!(post(server.address, path, br#"{"chunks":1,"interval_ms":1}"#).await.status, 503, "{path}");
    }
    let task = page.task.clone();
    let _socket = page.leave(Farewell::Fin).await;
    assert_eq!(server.ended(&task).await, Reason::Killed);
    let free =
        async { while post(server.address, "/api/task", br#"{"chunks":1,"interval_ms":1}"#).await.status != 200 {} };
    soon("the place is free", free).await;
}
