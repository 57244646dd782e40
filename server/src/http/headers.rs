//! Security headers of every response, and more of them for documents and pages.

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

/// Headers of every response. `no-cache` holds unless the handler set something else. Not `no-store`, which would keep a page out
/// of the back/forward cache.
const COMMON: [(HeaderName, HeaderValue); 4] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// For responses that a browser may show as a document. Such a document may load and run nothing.
const DOCUMENT: [(HeaderName, HeaderValue); 2] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// For pages: they may use no device (<https://www.w3.org/TR/permissions-policy/>), and other sites get no reference to their
/// window.
const PAGE: [(HeaderName, HeaderValue); 2] = [
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// Content types that no browser shows as a document, thanks to `nosniff`. Without the document headers there, a first visit is
/// half a kilobyte smaller.
const PARTS: [&str; 3] = ["text/css", "text/javascript", "application/wasm"];

/// After one visit over HTTPS, the browser uses HTTPS for a year.
const HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Middleware: adds these headers, unless the handler set them.
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
