//! Refuses cross-site requests. A page of another site can send requests here with its visitor's cookies. It can't read the
//! responses, but it could make the model work, or log the visitor out.

use crate::http::refusal::refuse;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header::HOST, header::ORIGIN},
    middleware::Next,
    response::Response,
};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Middleware: refuses a request that a page of another site sends. Programs that are no browsers pass.
pub(crate) async fn check(request: Request, next: Next) -> Response {
    let changes_nothing = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes_nothing || is_own(request.headers(), request.uri()) {
        return next.run(request).await;
    }
    refuse(
        StatusCode::FORBIDDEN,
        "Cross-site request refused. If it comes from this server's own page, then the proxy in front of it doesn't pass the \
         Host header on.",
    )
}

/// Whether the request comes from our own page. Over HTTPS or from loopback, a browser sends `Sec-Fetch-Site`; otherwise it
/// sends `Origin`. No page can change either, and no other program sends them.
fn is_own(headers: &HeaderMap, uri: &Uri) -> bool {
    match (headers.get(SITE), headers.get(ORIGIN)) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => host(headers, uri).is_some_and(|host| host_of(origin.as_bytes()) == Some(host)),
        (None, None) => true,
    }
}

/// The host and port of the request. HTTP/2 has them in the URI.
fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a [u8]> {
    let in_address = uri.authority().map(|authority| authority.as_str().as_bytes());
    in_address.or_else(|| headers.get(HOST).map(HeaderValue::as_bytes))
}

/// The host and port of an origin. Browsers leave a default port out of both `Origin` and `Host`.
fn host_of(origin: &[u8]) -> Option<&[u8]> {
    origin.strip_prefix(b"https://").or_else(|| origin.strip_prefix(b"http://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_own_with(headers: &[(HeaderName, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        is_own(&headers, &Uri::from_static("/api/chat"))
    }

    #[test]
    fn a_browser_s_word_is_taken_for_whose_page_it_is() {
        for (site, own) in [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false)] {
            assert_eq!(is_own_with(&[(SITE, site), (HOST, "a"), (ORIGIN, "http://b")]), own, "{site}");
        }
    }

    #[test]
    fn otherwise_the_page_s_address_has_to_be_the_server_s() {
        for (host, origin, own) in [
            ("box.lan:3000", "http://box.lan:3000", true),
            ("chat.example.com", "https://chat.example.com", true),
            ("box.lan:3000", "http://box.lan:4000", false),
            ("box.lan:3000", "http://evil.example", false),
            ("box.lan:3000", "null", false),
        ] {
            assert_eq!(is_own_with(&[(HOST, host), (ORIGIN, origin)]), own, "{origin}");
        }
    }

    #[test]
    fn a_program_says_nothing() {
        assert!(is_own_with(&[(HOST, "localhost")]));
    }
}
