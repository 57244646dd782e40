//! Headers that every response has, and those of a page.

use crate::clients::IsSecure;
use axum::{
    extract::Request,
    http::{
        HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
            X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    middleware::Next,
    response::Response,
};

/// A page and an answer are asked for anew each time, unless whoever made the response knows better. Not `no-store`: that
/// would cost the browser's Back button its page. What is no page may do nothing, should a browser take it for one.
const COMMON: [(HeaderName, HeaderValue); 7] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// What a page can't ask the browser for. It means nothing elsewhere (<https://www.w3.org/TR/permissions-policy/>), and would be
/// half a kilobyte of a first visit.
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const PERMISSIONS: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()");

/// Who has come over HTTPS once, comes over HTTPS for a year.
const HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Middleware: adds them where they aren't.
pub async fn common(request: Request, next: Next) -> Response {
    let is_secure = IsSecure::of(&request);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in COMMON {
        headers.entry(name).or_insert(value);
    }
    if headers.get(CONTENT_TYPE).is_some_and(|is| is.as_bytes().starts_with(b"text/html")) {
        headers.entry(PERMISSIONS_POLICY).or_insert(PERMISSIONS);
    }
    if is_secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HTTPS);
    }
    response
}
