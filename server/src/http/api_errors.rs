//! What is true of everything under `/api`, whichever function is asked: it is plain HTTP, and a refusal is a sentence in
//! JSON, `{"error":{"message":"…"}}`.

use app::api::permit::Permit;
use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{
        Extensions, HeaderMap, HeaderValue, Method, StatusCode,
        header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use serde_json::json;

/// When to come again, in seconds: an answer takes about as long.
const LATER: HeaderValue = HeaderValue::from_static("10");

/// Middleware around all of it.
pub async fn plain_http(mut request: Request, next: Next) -> Response {
    if !is_api(request.uri().path()) {
        return next.run(request).await;
    }
    // Asked for text/html, a server function answers by sending the browser back to where it came from: meant for forms,
    // and we have none.
    request.headers_mut().remove(ACCEPT);
    if request.method() == Method::HEAD {
        *request.method_mut() = Method::GET; // hyper remembers, and leaves the body out
    }
    let method = request.method().clone();
    come_again(in_json(next.run(request).await, &method))
}

/// Gives a guard to the task that the request starts.
pub(crate) fn hold(extensions: &mut Extensions, guard: impl Send + 'static) {
    let permit = extensions.remove::<Permit>().unwrap_or_default();
    extensions.insert(permit.with(guard));
}

/// Holds a guard until the response body is dropped, which can be long after its task has ended.
pub(crate) fn while_answered(response: Response, held: impl Send + 'static) -> Response {
    response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _held = &held;
            frame
        }))
    })
}

/// Whether this is an address of the API.
pub(crate) fn is_api(path: &str) -> bool {
    path.strip_prefix("/api").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// An address under `/api` where nothing is.
pub async fn nothing_here() -> Response {
    refuse(StatusCode::NOT_FOUND, "There is nothing at this address.")
}

/// The framework's refusals are bare, or text for developers.
fn in_json(response: Response, method: &Method) -> Response {
    let status = response.status();
    if !status.is_client_error() || is_json(response.headers()) {
        return response;
    }
    match status {
        StatusCode::METHOD_NOT_ALLOWED => refuse(status, &format!("This address doesn't take {method}.")),
        _ => refuse(status, status.canonical_reason().unwrap_or("This can't be answered.")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|is| is.as_bytes().starts_with(b"application/json"))
}

/// A refusal, as every address under `/api` says it.
pub(crate) fn refuse(status: StatusCode, message: &str) -> Response {
    come_again((status, Json(json!({ "error": { "message": message } }))).into_response())
}

/// Who is refused, but not for good, is told when to come again.
fn come_again(mut response: Response) -> Response {
    if matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().entry(RETRY_AFTER).or_insert(LATER);
    }
    response
}
