//! Makes everything under `/api` plain HTTP: no redirects for forms, and every error is a refusal in JSON,
//! `{"error":{"message":"…"}}`.

use crate::http::refusal::{refuse, with_retry_after};
use axum::{
    extract::Request,
    http::{
        HeaderMap, Method, StatusCode,
        header::{ACCEPT, CONTENT_TYPE},
    },
    middleware::Next,
    response::Response,
};

/// Middleware: prepares requests under `/api`, and turns the framework's errors into refusals.
pub async fn normalize(mut request: Request, next: Next) -> Response {
    if !is_api(request.uri().path()) {
        return next.run(request).await;
    }
    // With `Accept: text/html`, a server function redirects back to the page. That is for forms, which we don't have.
    request.headers_mut().remove(ACCEPT);
    if request.method() == Method::HEAD {
        *request.method_mut() = Method::GET; // hyper knows it was HEAD, and sends no body
    }
    let method = request.method().clone();
    with_retry_after(in_json(next.run(request).await, &method))
}

/// Whether this is an address of the API.
fn is_api(path: &str) -> bool {
    path.strip_prefix("/api").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The framework's own errors have no body, or text for developers.
fn in_json(response: Response, method: &Method) -> Response {
    let status = response.status();
    if !status.is_client_error() || is_json(response.headers()) {
        return response;
    }
    match status {
        StatusCode::METHOD_NOT_ALLOWED => refuse(status, &format!("This address doesn't accept {method}.")),
        _ => refuse(status, status.canonical_reason().unwrap_or("The request can't be answered.")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|is| is.as_bytes().starts_with(b"application/json"))
}
