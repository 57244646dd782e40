//! What a stream asks of everything between the task and its page: hand it on as it comes.

use super::Sse;
use axum::{
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::Response,
};
use server_fn::ContentType;

/// Adds to a response that is a stream of events what keeps caches from storing it, compressors from gathering it, and
/// nginx from buffering it. For [`axum::middleware::map_response`].
pub async fn unbuffered(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if headers.get(CONTENT_TYPE).is_some_and(|is| is == Sse::CONTENT_TYPE) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    }
    response
}
