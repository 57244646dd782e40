//! Headers that every response has, and those of a page.

use crate::http::client_addr::IsSecure;
use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
            X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    middleware::Next,
    response::Response,
};

/// A page and an answer are asked for anew each time, unless whoever made the response knows better. Not `no-store`: that
/// would cost the browser's Back button its page.
const COMMON: [(HeaderName, HeaderValue); 4] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// For what a browser may take for a document. Such a document may do nothing.
const DOCUMENT: [(HeaderName, HeaderValue); 2] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// For a page: what it can't ask the browser for (<https://www.w3.org/TR/permissions-policy/>), and that no other site has a
/// handle of its window. Elsewhere they mean nothing.
const PAGE: [(HeaderName, HeaderValue); 2] = [
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// The parts of a page, which no browser takes for a document because of `nosniff`. Headers that mean nothing there would be
/// half a kilobyte of a first visit.
const PARTS: [&str; 3] = ["text/css", "text/javascript", "application/wasm"];

/// Who has come over HTTPS once, comes over HTTPS for a year.
const HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Middleware: adds them where they aren't.
pub async fn common(request: Request, next: Next) -> Response {
    let is_secure = IsSecure::of(&request);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    add(headers, COMMON);
    if !PARTS.iter().any(|part| is(headers, part)) {
        add(headers, DOCUMENT);
    }
    if is(headers, "text/html") {
        add(headers, PAGE);
    }
    if is_secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HTTPS);
    }
    response
}

/// Whether the content is of this type.
fn is(headers: &HeaderMap, content: &str) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|found| found.as_bytes().starts_with(content.as_bytes()))
}

fn add<const N: usize>(headers: &mut HeaderMap, more: [(HeaderName, HeaderValue); N]) {
    for (name, value) in more {
        headers.entry(name).or_insert(value);
    }
}
