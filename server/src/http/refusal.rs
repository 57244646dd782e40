//! A refusal under `/api`: `{"error":{"message":"…"}}`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// The value of `Retry-After`, in seconds: about the time of an answer.
const LATER: HeaderValue = HeaderValue::from_static("10");

/// The response for unknown addresses under `/api`.
pub(crate) async fn not_found() -> Response {
    refuse(StatusCode::NOT_FOUND, "There is nothing at this address.")
}

/// A refusal with this sentence. A 429 or 503 has `Retry-After`.
pub(crate) fn refuse(status: StatusCode, message: &str) -> Response {
    with_retry_after((status, Json(json!({ "error": { "message": message } }))).into_response())
}

/// Adds `Retry-After` to a 429 or 503.
pub(crate) fn with_retry_after(mut response: Response) -> Response {
    if matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().entry(RETRY_AFTER).or_insert(LATER);
    }
    response
}
