//! How many tasks may live at once: in all, and for one client. Who comes too late is told when to come again, and nothing
//! happens to those that are there.

use crate::{
    api::{refuse, while_answered},
    bodies::discard,
    clients::Client,
    slots::{Full, Slots},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// The server functions that start a task.
const TASKS: [&str; 2] = ["/api/chat", "/api/task"];

/// Middleware: a task has its place as long as the body of its response, which is as long as it lives.
pub async fn admit(State(slots): State<Arc<Slots>>, request: Request, next: Next) -> Response {
    if !TASKS.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match slots.take(Client::of(&request)) {
        Ok(slot) => while_answered(next.run(request).await, slot),
        Err(full) => {
            discard(request.into_body()).await;
            too_many(full)
        }
    }
}

fn too_many(full: Full) -> Response {
    match full {
        Full::ForAll => refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "The server is answering as many questions as it may at once. Try again in a moment.",
        ),
        Full::ForThisClient => refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "As many answers as one client may have at once are running for you. Stop one, or wait for it, and try again.",
        ),
    }
}
