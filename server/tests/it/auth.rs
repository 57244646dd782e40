//! Logins, tokens and sessions, and the requests that need one.

use crate::support::{
    raw_client::{Response, get, request, request_with, send},
    server::{Rules, Server},
};
use ipnet::IpNet;
use server::{guard::auth::Auth, models::Models};
use std::net::SocketAddr;

const PASSWORD: &str = "hunter22+more";
const TOKEN: &str = "a-token-that-is-long";

#[tokio::test]
async fn requests_without_a_login_are_refused() {
    let server = with_login(&[]).await;
    for path in ["/", "/c/k7x2", "/task", "/nowhere"] {
        let answer = get(server.address, path).await;
        assert_eq!((answer.status, answer.header("location")), (303, format!("/login?next={path}").as_str()));
    }
    for path in ["/api/models", "/api/fate?task=x", "/api/chat", "/api/nothing", "/metrics"] {
        let answer = get(server.address, path).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"), "{path}");
        assert!(!answer.message().is_empty(), "{path}");
    }
    let answer = request_with(server.address, "POST", "/api/chat", &["content-length: 2"], b"{}").await;
    assert_eq!(answer.status, 401);
    for path in ["/healthz", "/readyz", "/login"] {
        assert_eq!(get(server.address, path).await.status, 200, "{path}");
    }
    for path in ["/favicon.svg", "/pkg/starcrossed.css"] {
        let status = get(server.address, path).await.status;
        assert!(matches!(status, 200 | 404), "{path} {status}: where there is a site, it is there for the login");
    }
}

#[tokio::test]
async fn password_opens_pages_and_api_and_redirects_back() {
    let server = with_login(&[]).await;
    let answer = log_in(server.address, PASSWORD, "/c/k7x2", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/c/k7x2"));
    let set = answer.header("set-cookie");
    assert!(set.contains("; HttpOnly; SameSite=Lax") && !set.contains("Secure"), "{set}");
    let cookie = format!("cookie: other=1; {}", set.split(';').next().unwrap());
    for path in ["/", "/api/models", "/metrics"] {
        assert_eq!(request(server.address, "GET", path, &[&cookie]).await.status, 200, "{path}");
    }
    let forged = cookie.replace('.', ".0");
    assert_eq!(request(server.address, "GET", "/api/models", &[&forged]).await.status, 401);

    let left = request(server.address, "POST", "/logout", &[&cookie, "content-length: 0"]).await;
    assert!(left.header("set-cookie").starts_with("starcrossed=; Path=/; Max-Age=0;"));
    assert_eq!(
        request(server.address, "GET", "/api/models", &[&cookie]).await.status,
        401,
        "a copy of it is worth nothing"
    );
    let again = log_in(server.address, PASSWORD, "/", &[]).await;
    let cookie = format!("cookie: {}", again.header("set-cookie").split(';').next().unwrap());
    assert_eq!(request(server.address, "GET", "/api/models", &[&cookie]).await.status, 200);
}

#[tokio::test]
async fn over_https_the_cookie_is_for_https_alone() {
    let server = with_login(&["127.0.0.0/8"]).await;
    let answer = log_in(server.address, PASSWORD, "/", &["x-forwarded-proto: https"]).await;
    assert!(answer.header("set-cookie").ends_with("; Secure"));
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn wrong_passwords_are_refused_and_then_delayed() {
    let server = with_login(&[]).await;
    for _ in 0..5 {
        let answer = log_in(server.address, "hunter23+more", "/", &[]).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (401, ""));
        assert!(answer.text().contains("Wrong password."));
    }
    for password in ["hunter24+more", PASSWORD] {
        let answer = log_in(server.address, password, "/", &[]).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (429, ""));
        assert!((1..=60).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
    }
    let guess = request(server.address, "GET", "/api/models", &["authorization: Bearer a-token-that-is-none"]).await;
    assert_eq!(guess.status, 429, "a token isn't guessed faster");
}

#[tokio::test]
async fn concurrent_guesses_are_counted_like_sequential_ones() {
    let server = with_login(&[]).await;
    let guesses = (0..40).map(|_| log_in(server.address, "hunter23+more", "/", &[]));
    let answers = futures::future::join_all(guesses).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 5);
}

#[tokio::test]
async fn an_oversized_login_form_is_refused() {
    let server = with_login(&[]).await;
    assert_eq!(log_in(server.address, &"a".repeat(10_000), "/", &[]).await.status, 400);
}

#[tokio::test]
async fn token_and_password_are_not_interchangeable() {
    let server = with_login(&[]).await;
    assert_eq!(log_in(server.address, TOKEN, "/", &[]).await.status, 401);
    let bearer = format!("authorization: Bearer {PASSWORD}");
    assert_eq!(request(server.address, "GET", "/api/models", &[&bearer]).await.status, 401);
}

#[tokio::test]
async fn token_login_lasts_until_the_tokens_change() {
    let with = async |tokens: &[&str]| {
        let auth = Auth::new(None, tokens.iter().map(|&token| token.to_owned()).collect());
        Server::with_rules(Rules { auth, ..Rules::default() }, Models::new([], None)).await
    };
    let server = with(&[TOKEN, "another-token-as-long"]).await;
    let answer = log_in(server.address, "another-token-as-long", "/", &[]).await;
    let cookie = format!("cookie: starcrossed=old; {}", answer.header("set-cookie").split(';').next().unwrap());
    assert_eq!(request(server.address, "GET", "/api/models", &[&cookie]).await.status, 200);
    let later = with(&[TOKEN]).await;
    assert_eq!(request(later.address, "GET", "/api/models", &[&cookie]).await.status, 401);
}

#[tokio::test]
async fn a_token_opens_the_api_for_a_program() {
    let server = with_login(&[]).await;
    for (token, status) in [(TOKEN, 200), ("a-token-that-is-none", 401), ("", 401)] {
        let header = format!("authorization: Bearer {token}");
        assert_eq!(request(server.address, "GET", "/api/models", &[&header]).await.status, status, "{token}");
    }
}

#[tokio::test]
async fn cross_site_forms_neither_log_in_nor_out() {
    let server = with_login(&[]).await;
    for header in ["sec-fetch-site: cross-site", "sec-fetch-site: same-site", "origin: http://evil.example"] {
        assert_eq!(log_in(server.address, PASSWORD, "/", &[header]).await.status, 403, "{header}");
        let left = request(server.address, "POST", "/logout", &[header, "content-length: 0"]).await;
        assert_eq!(left.status, 403, "{header}");
    }
    assert_eq!(log_in(server.address, PASSWORD, "/", &["origin: http://localhost"]).await.status, 303);
}

#[tokio::test]
async fn every_response_has_the_security_headers() {
    let server = with_login(&[]).await;
    for path in ["/", "/login", "/api/models", "/healthz", "/favicon.svg"] {
        let answer = get(server.address, path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'; "), "{path}");
    }
    let page = get(server.address, "/login").await;
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    assert!(page.header("permissions-policy").contains("camera=()"));
}

#[tokio::test]
async fn only_logged_in_users_may_end_tasks() {
    let server = with_login(&[]).await;
    assert_eq!(kill(server.address, "authorization: Bearer a-token-that-is-none").await.status, 401);
    let answer = kill(server.address, &format!("authorization: Bearer {TOKEN}")).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "false"), "there is no such task, and that is all");
}

#[tokio::test]
async fn local_user_may_kill_without_a_password_but_no_proxied_one() {
    let server = Server::without_upstream().await;
    assert_eq!(kill(server.address, "accept: */*").await.status, 200);
    for header in [
        "x-forwarded-for: 127.0.0.1",
        "x-forwarded-host: localhost",
        "X-Forwarded-Proto: https",
        "forwarded: for=127.0.0.1",
        "via: 1.1 Caddy",
        "x-real-ip: 127.0.0.1",
        "cf-connecting-ip: 127.0.0.1",
        "true-client-ip: 127.0.0.1",
        "x-original-forwarded-for: 127.0.0.1",
        "tailscale-user-login: somebody",
    ] {
        let answer = kill(server.address, header).await;
        assert_eq!(answer.status, 403, "{header}");
        assert!(!answer.message().is_empty(), "{header}");
    }
}

#[tokio::test]
async fn kill_without_a_password_needs_a_local_host_and_http_1_1() {
    let server = Server::without_upstream().await;
    for (version, host, status) in [
        ("1.1", "localhost:3000", 200),
        ("1.1", "127.0.0.1", 200),
        ("1.1", "[::1]:3000", 200),
        ("1.1", "192.168.0.7", 403),
        ("1.0", "127.0.0.1", 403),
    ] {
        let head =
            format!("POST /api/kill HTTP/{version}\r\nhost: {host}\r\nconnection: close\r\ncontent-length: 10\r\n\r\n");
        let answer = send(server.address, &[head.as_bytes(), br#"{"task":7}"#].concat()).await;
        assert_eq!(answer.status, status, "{version} {host}");
    }
}

/// Asks the server to kill a task, with this header.
async fn kill(address: SocketAddr, header: &str) -> Response {
    request_with(address, "POST", "/api/kill", &[header, "content-length: 10"], br#"{"task":7}"#).await
}

async fn with_login(trusted: &[&str]) -> Server {
    let auth = Auth::new(Some(PASSWORD.into()), vec![TOKEN.into()]);
    let trusted = trusted.iter().map(|net| net.parse::<IpNet>().unwrap()).collect();
    Server::with_rules(Rules { auth, trusted, ..Rules::default() }, Models::new([], None)).await
}

async fn log_in(address: SocketAddr, password: &str, next: &str, headers: &[&str]) -> Response {
    let form = format!("password={}&next={next}", password.replace('+', "%2B"));
    let length = format!("content-length: {}", form.len());
    let kind = "content-type: application/x-www-form-urlencoded";
    request_with(address, "POST", "/login", &[&[kind, length.as_str()], headers].concat(), form.as_bytes()).await
}
