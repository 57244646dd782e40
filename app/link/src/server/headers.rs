//! Proxies between the task and its page: what they need to pass on a stream as it comes, and its end.

use crate::Sse;
use axum::{
    extract::Request,
    http::{
        HeaderValue, Method, Version,
        header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE},
    },
    middleware::Next,
    response::Response,
};
use server_fn::ContentType;
use std::time::Duration;
use tokio::time::sleep;

/// The time from the end of a request to the head of its answer, for a request through a proxy over HTTP/1.1.
///
/// A proxy written in Go (Caddy, Traefik, cloudflared) sends the question's last bytes and only then reads that the
/// question has ended. If the answer's first byte passes through it in between, it closes the question, takes that for
/// a failed request, and breaks the answer off (<https://github.com/golang/go/issues/40747>). 2 ms were enough for
/// Caddy on a busy machine. It concerns every answer to a POST, a refusal included, not only streams. The task begins
/// at once all the same: a model needs longer than this for its first word, so a person waits no longer.
pub const SETTLED: Duration = Duration::from_millis(20);

/// By which headers a proxy says that it is one.
const RELAYED: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// Adds to a response that is a stream of events what keeps caches from storing it, compressors from gathering it, and
/// nginx from buffering it; and over HTTP/1.1, what keeps its connection from being of use for anything else. Otherwise
/// Chromium, if it doesn't happen to be reading when a page drops a stream, goes on reading for up to five seconds, to have the
/// connection for itself again (`net/http/http_response_body_drainer.h`). And lets every answer wait that a proxy would break
/// off: see [`SETTLED`].
pub(super) async fn passed_on(request: Request, next: Next) -> Response {
    let is_http_1 = request.version() < Version::HTTP_2;
    let is_relayed = RELAYED.iter().any(|name| request.headers().contains_key(*name));
    let may_break_off = is_http_1 && is_relayed && request.method() == Method::POST;
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if headers.get(CONTENT_TYPE).is_some_and(|is| is == Sse::CONTENT_TYPE) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        if is_http_1 {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
    if may_break_off {
        sleep(SETTLED).await;
    }
    response
}
