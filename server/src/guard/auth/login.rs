//! The login page. Plain HTML, so that it needs none of the program's code, and reveals none.

use super::{COOKIE_NAME, Credentials, attempts::Wait, session::LASTS};
use crate::{
    guard::body_limit::{self, BodyBudget},
    http::{
        assets,
        client_addr::{ClientAddr, IsSecure},
        endpoints::FORM,
        refusal,
    },
    os::pauses::timeout,
};
use axum::{
    Form, RequestExt,
    body::Body,
    extract::{Query, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, RETRY_AFTER, SET_COOKIE},
    },
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};

/// The page runs no scripts, and sends its form to this server only.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);

/// The longest time for a form to arrive. Short, since it needs no login.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
pub(super) struct Destination {
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Attempt {
    password: String,
    next: Option<String>,
}

/// `GET /login`
pub(super) async fn page(Query(destination): Query<Destination>) -> Response {
    form(StatusCode::OK, None, &local(destination.next))
}

/// `POST /login`: sets the cookie, and redirects to the page that was asked for.
pub(super) async fn log_in(
    State((credentials, bodies)): State<(Arc<Credentials>, BodyBudget)>,
    request: Request,
) -> Response {
    let client = ClientAddr::of(&request);
    let is_secure = IsSecure::of(&request);
    let (parts, body) = request.into_parts();
    let (sent, _memory) = match timeout(PATIENCE, bodies.receive(body, FORM, client)).await {
        Ok(Ok(received)) => received,
        Ok(Err(refusal)) if refusal.status() == StatusCode::PAYLOAD_TOO_LARGE => return no_form(),
        Ok(Err(refusal)) => return refusal,
        Err(_) => return body_limit::too_slow(),
    };
    let Ok(Form(attempt)) = Request::from_parts(parts, Body::from(sent)).extract::<Form<Attempt>, _>().await else {
        return no_form();
    };
    let next = local(attempt.next);
    match credentials.accepts_password(client, &attempt.password) {
        Ok(true) => {
            with_cookie(Redirect::to(&next).into_response(), &credentials.sessions.begin(), LASTS.as_secs(), is_secure)
        }
        Ok(false) => form(StatusCode::UNAUTHORIZED, Some("Wrong password."), &next),
        Err(wait) => too_often(&wait, &next),
    }
}

fn no_form() -> Response {
    refusal::refuse(StatusCode::BAD_REQUEST, "The request doesn't hold the form of the login page.")
}

/// `POST /logout`: removes the cookie, and ends its session, so that a copied cookie is worthless.
pub(super) async fn log_out(
    State((credentials, _)): State<(Arc<Credentials>, BodyBudget)>,
    request: Request,
) -> Response {
    credentials.forget(request.headers());
    with_cookie(Redirect::to("/login").into_response(), "", 0, IsSecure::of(&request))
}

/// The refusal after too many wrong passwords.
fn too_often(wait: &Wait, next: &str) -> Response {
    let complaint = "Too many wrong passwords. Try again in a minute.";
    let mut response = form(StatusCode::TOO_MANY_REQUESTS, Some(complaint), next);
    response.headers_mut().insert(RETRY_AFTER, wait.in_seconds());
    response
}

/// Sets the cookie. Neither scripts nor other sites' forms can use it.
fn with_cookie(mut response: Response, session: &str, seconds: u64, is_secure: bool) -> Response {
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE_NAME}={session}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// The path to go to after the login. Anything but a path of this server becomes `/`.
fn local(next: Option<String>) -> String {
    let is_local = |path: &String| {
        let mut bytes = path.bytes();
        bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\')) && path.bytes().all(is_plain)
    };
    next.filter(is_local).unwrap_or_else(|| "/".to_owned())
}

/// Characters of our own paths. None has a meaning in HTML or in a header.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte)
}

fn form(status: StatusCode, complaint: Option<&str>, next: &str) -> Response {
    let style = assets::folder();
    let complaint = complaint.map(|text| format!("<p role=\"alert\">{text}</p>")).unwrap_or_default();
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Log in · Starcrossed</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"/{style}/starcrossed.css\"></head><body><main class=\"plain\">\
         <h1>Starcrossed</h1><form class=\"login\" method=\"post\" action=\"/login\">{complaint}\
         <label for=\"password\">Password</label><input id=\"password\" name=\"password\" type=\"password\" \
         autocomplete=\"current-password\" required autofocus><input type=\"hidden\" name=\"next\" value=\"{next}\">\
         <button class=\"primary\">Log in</button></form></main></body></html>"
    );
    (status, [(CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_led_to_an_address_of_this_server_and_nowhere_else() {
        for path in ["/", "/c/k7x2", "/task"] {
            assert_eq!(local(Some(path.into())), path);
        }
        for path in ["", "c", "//evil.example", "/\\evil.example", "https://evil.example", "/\"><script>", "/a\r\nb: c"]
        {
            assert_eq!(local(Some(path.into())), "/", "{path}");
        }
    }
}
