//! What is true of everything under `/api`, whichever function is asked: it is plain HTTP, and a refusal is a sentence in
//! JSON, `{"error":{"message":"…"}}`.

use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{
        HeaderMap, Method, StatusCode,
        header::{ACCEPT, CONTENT_TYPE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde_json::json;

/// The longest body: 16 MiB, pictures included.
const LIMIT: usize = 16 * 1024 * 1024;

/// How much of a longer body is read and thrown away, so that who sends it gets to read the refusal: a connection closed
/// while it is still being written to loses what was answered.
const DISCARD: usize = 4 * LIMIT;

/// Middleware around all of it.
pub async fn plain_http(mut request: Request, next: Next) -> Response {
    if !is_api(request.uri().path()) {
        return next.run(request).await;
    }
    // A browser says so itself when a page of some other site is asking. That page couldn't read the answer, but it
    // could make the model work. Nothing else than a browser sends this header.
    if request.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return refuse(StatusCode::FORBIDDEN, "This comes from another site's page, which has no business here.");
    }
    // Asked for text/html, a server function answers by sending the browser back to where it came from: meant for forms,
    // and we have none.
    request.headers_mut().remove(ACCEPT);
    if request.method() == Method::HEAD {
        *request.method_mut() = Method::GET; // hyper remembers, and leaves the body out
    }
    let method = request.method().clone();
    let (parts, body) = request.into_parts();
    match read(body).await {
        Ok(body) => in_json(next.run(Request::from_parts(parts, Body::from(body))).await, &method),
        Err(refusal) => refusal,
    }
}

fn is_api(path: &str) -> bool {
    path.strip_prefix("/api").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// An address under `/api` where nothing is.
pub async fn nothing_here() -> Response {
    refuse(StatusCode::NOT_FOUND, "There is nothing at this address.")
}

/// The whole body, as far as it isn't too long.
async fn read(body: Body) -> Result<Bytes, Response> {
    let mut chunks = body.into_data_stream();
    let mut length = 0;
    let mut bytes = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| refuse(StatusCode::BAD_REQUEST, "The request broke off."))?;
        length += chunk.len();
        if length <= LIMIT {
            bytes.extend_from_slice(&chunk);
        } else if length <= DISCARD {
            bytes = BytesMut::new();
        } else {
            break;
        }
    }
    if length > LIMIT {
        return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "That is too much: a request goes up to 16 MiB."));
    }
    Ok(bytes.freeze())
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

pub(crate) fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": { "message": message } }))).into_response()
}
