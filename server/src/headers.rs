//! Headers that every response has.

use axum::{
    http::{
        HeaderName, HeaderValue,
        header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::Response,
};

/// A page and an answer are asked for anew each time, unless whoever made the response knows better. Not `no-store`: that
/// would cost the browser's Back button its page.
const COMMON: [(HeaderName, HeaderValue); 3] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// Adds them where they aren't.
pub async fn common(mut response: Response) -> Response {
    for (name, value) in COMMON {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
