//! What is true of everything under `/api`, whichever function is asked: it is plain HTTP, and a refusal is a sentence in
//! JSON, `{"error":{"message":"…"}}`.

use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde_json::json;
use std::time::Duration;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// The longest body: 16 MiB, pictures included.
const LIMIT: usize = 16 * 1024 * 1024;

/// How much of a longer body is read and thrown away, so that who sends it gets to read the refusal: a connection closed
/// while it is still being written to loses what was answered.
const DISCARD: usize = 4 * LIMIT;

/// A body longer than this is one of the large ones, of which there are only so many at once.
const LARGE: usize = 64 * 1024;

/// How many those are. Each may take 16 MiB while it is read, and several times that while it is made sense of, so each keeps
/// its place until that is done.
static LARGE_ONES: Semaphore = Semaphore::const_new(16);

/// The place that a large body has taken.
type Place = Option<SemaphorePermit<'static>>;

/// How long somebody may keep us waiting for the next piece of a body, and for all of it.
const PIECE: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_mins(5);

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
    let (parts, body) = request.into_parts();
    match receive(body).await {
        Ok((body, _place)) => in_json(next.run(Request::from_parts(parts, Body::from(body))).await, &method),
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

/// The whole body, as far as it isn't too long, from who doesn't take for ever to send it.
async fn receive(body: Body) -> Result<(Bytes, Place), Response> {
    match timeout(WHOLE, read(body)).await {
        Ok(read) => read,
        Err(_) => Err(too_slow()),
    }
}

async fn read(body: Body) -> Result<(Bytes, Place), Response> {
    let mut chunks = body.into_data_stream();
    let mut length = 0;
    let mut bytes = BytesMut::new();
    let mut place = None;
    while let Some(chunk) = timeout(PIECE, chunks.next()).await.map_err(|_| too_slow())? {
        let chunk = chunk.map_err(|_| refuse(StatusCode::BAD_REQUEST, "The request broke off."))?;
        length += chunk.len();
        if length > LARGE && place.is_none() {
            place = Some(LARGE_ONES.try_acquire().map_err(|_| too_many())?);
        }
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
    Ok((bytes.freeze(), place))
}

/// Reads what comes of a request that is refused unread, and throws it away: who is still sending when the connection is
/// closed loses what was answered.
pub(crate) async fn discard(body: Body) {
    let mut chunks = body.into_data_stream();
    let mut length = 0;
    let reading = async {
        while let Ok(Some(Ok(chunk))) = timeout(PIECE, chunks.next()).await
            && length <= DISCARD
        {
            length += chunk.len();
        }
    };
    _ = timeout(WHOLE, reading).await;
}

pub(crate) fn too_slow() -> Response {
    refuse(StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive. Try again.")
}

fn too_many() -> Response {
    refuse_for_now(
        StatusCode::SERVICE_UNAVAILABLE,
        "Too many large requests are arriving at once. Try again in a moment.",
    )
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

/// A refusal that isn't for good.
pub(crate) fn refuse_for_now(status: StatusCode, message: &str) -> Response {
    let mut response = refuse(status, message);
    response.headers_mut().insert(RETRY_AFTER, LATER);
    response
}

pub(crate) fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": { "message": message } }))).into_response()
}
