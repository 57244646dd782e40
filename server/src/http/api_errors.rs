//! What is true of everything under `/api`, whichever function is asked: it is plain HTTP, and a refusal is a sentence in
//! JSON, `{"error":{"message":"…"}}`.

use crate::http::refusal::{come_again, refuse};
use axum::{
    extract::Request,
    http::{
        HeaderMap, Method, StatusCode,
        header::{ACCEPT, CONTENT_TYPE},
    },
    middleware::Next,
    response::Response,
};

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

/// Whether this is an address of the API.
fn is_api(path: &str) -> bool {
    path.strip_prefix("/api").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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
