//! A refusal under `/api`: `{"error":{"message":"…"}}`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// When to come again, in seconds: an answer takes about as long.
const LATER: HeaderValue = HeaderValue::from_static("10");

/// An address under `/api` where nothing is.
pub(crate) async fn nothing_here() -> Response {
    refuse(StatusCode::NOT_FOUND, "There is nothing at this address.")
}

/// A refusal, as every address under `/api` says it.
pub(crate) fn refuse(status: StatusCode, message: &str) -> Response {
    come_again((status, Json(json!({ "error": { "message": message } }))).into_response())
}

/// Who is refused, but not for good, is told when to come again.
pub(crate) fn come_again(mut response: Response) -> Response {
    if matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().entry(RETRY_AFTER).or_insert(LATER);
    }
    response
}
