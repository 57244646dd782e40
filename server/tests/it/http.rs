//! The API as plain HTTP. Every refusal carries a message, and no request gets a 500.

use crate::support::{
    raw_client::{Response, get, post, request, request_with, send},
    server::Server,
};
use futures::future::join_all;
use serde_json::json;
use std::net::SocketAddr;

/// A question with null in place of absent fields, as some clients write it.
const NULLS: &[u8] = br#"{"model":null,"messages":[{"role":"assistant","content":null},{"role":"user","content":"Hi"}],
    "max_completion_tokens":1,"temperature":null,"stop":null,"tools":null}"#;
const QUESTION: &[u8] = br#"{"messages":[{"role":"user","content":"Hi"}],"max_tokens":1}"#;

#[tokio::test]
async fn a_question_is_answered_without_any_header() {
    let server = Server::without_upstream().await;
    let answer = post(server.address, "/api/chat", QUESTION).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/event-stream"));
    assert!(answer.text().starts_with("event: start\ndata: {\"task\":\""), "{}", answer.text());
    assert!(answer.text().contains("event: exit\ndata: {\"reason\":\"normal\""), "{}", answer.text());
}

#[tokio::test]
async fn null_fields_count_as_absent() {
    let server = Server::without_upstream().await;
    let answer = post(server.address, "/api/chat", NULLS).await;
    assert!(answer.text().contains("\"completion_tokens\":1"), "{}", answer.text());
}

#[tokio::test]
async fn malformed_bodies_are_refused_with_a_message() {
    let server = Server::without_upstream().await;
    let deep = "[".repeat(10_000);
    let deep_content = format!(r#"{{"messages":[{{"role":"user","content":[{deep}"#);
    let bodies: &[(&str, &[u8])] = &[
        ("nothing", b""),
        ("no JSON", b"hi"),
        ("half of it", br#"{"messages":[{"role":"us"#),
        ("no object", b"[]"),
        ("null", b"null"),
        ("a number", b"1e999"),
        ("no messages", br#"{"model":"demo"}"#),
        ("messages that aren't", br#"{"messages":"Hi"}"#),
        ("no messages in the list", br#"{"messages":[]}"#),
        ("a message without a role", br#"{"messages":[{"content":"Hi"}]}"#),
        ("a role that nobody has", br#"{"messages":[{"role":"king","content":"Hi"}]}"#),
        ("content that is none", br#"{"messages":[{"role":"user","content":7}]}"#),
        ("a temperature in words", br#"{"messages":[{"role":"user","content":"Hi"}],"temperature":"hot"}"#),
        ("a temperature out of range", br#"{"messages":[{"role":"user","content":"Hi"}],"temperature":9}"#),
        ("no answer wanted", br#"{"messages":[{"role":"user","content":"Hi"}],"max_tokens":0}"#),
        ("fewer than none", br#"{"messages":[{"role":"user","content":"Hi"}],"max_tokens":-1}"#),
        ("no UTF-8", b"{\"messages\":[{\"role\":\"user\",\"content\":\"\xff\xfe\"}]}"),
        ("half a surrogate", br#"{"messages":[{"role":"user","content":"\ud800"}]}"#),
        ("a deep hole", deep.as_bytes()),
        ("a deep hole inside", deep_content.as_bytes()),
    ];
    for (what, body) in bodies {
        assert_refused(what, 400, &post(server.address, "/api/chat", body).await);
    }
    assert_eq!(server.registry.live(), 0, "nothing was started");
}

#[tokio::test]
async fn a_request_without_exactly_one_host_is_refused() {
    let server = Server::without_upstream().await;
    for (hosts, status) in [
        ("HTTP/1.1\r\n", 400),
        ("HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n", 400),
        ("HTTP/1.1\r\nhost: localhost\r\nHost: evil.example\r\n", 400),
        ("HTTP/1.1\r\nhost: \r\n", 400),
        ("HTTP/1.1\r\nhost: a b\r\n", 400),
        ("HTTP/1.1\r\nhost: caf\u{e9}\r\n", 400),
        ("HTTP/1.0\r\nhost: localhost\r\nhost: localhost\r\n", 400),
        ("HTTP/1.1\r\nhost: localhost\r\n", 200),
        ("HTTP/1.0\r\n", 200), // as health checks of old proxies ask
    ] {
        for path in ["/", "/api/models", "/healthz", "http://localhost/healthz"] {
            let answer = send(server.address, format!("GET {path} {hosts}connection: close\r\n\r\n").as_bytes()).await;
            assert_eq!(answer.status, status, "{path} {hosts:?}");
            if status == 400 {
                assert_refused(hosts, 400, &answer);
            }
        }
    }
}

#[tokio::test]
async fn cross_site_questions_are_refused() {
    let server = Server::without_upstream().await;
    let headers = ["sec-fetch-site: cross-site", "content-length: 0"];
    assert_refused("from another site", 403, &request(server.address, "POST", "/api/task", &headers).await);
    assert_refused("from this one", 400, &request(server.address, "POST", "/api/task", &headers[1..]).await);
}

#[tokio::test]
async fn a_task_that_would_never_end_is_refused() {
    let server = Server::without_upstream().await;
    for body in [r#"{"chunks":4000000000,"interval_ms":1}"#, r#"{"chunks":1,"interval_ms":99999999999}"#, "{}"] {
        assert_refused(body, 400, &post(server.address, "/api/task", body.as_bytes()).await);
    }
}

#[tokio::test]
async fn an_oversized_body_is_refused_with_or_without_a_length() {
    let server = Server::without_upstream().await;
    let long = vec![b' '; 17 * 1024 * 1024];
    assert_refused("17 MiB", 413, &post(server.address, "/api/chat", &long).await);

    let mut chunked =
        b"POST /api/chat HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_vec();
    chunked.extend_from_slice(format!("{:x}\r\n", long.len()).as_bytes());
    chunked.extend_from_slice(&long);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    assert_refused("17 MiB in a chunk", 413, &send(server.address, &chunked).await);
}

#[tokio::test]
async fn a_body_of_several_megabytes_is_accepted() {
    let server = Server::without_upstream().await;
    let mut body = br#"{"max_tokens":1,"messages":[{"role":"user","content":""#.to_vec();
    body.resize(15 * 1024 * 1024, b'x');
    body.extend_from_slice(br#""}]}"#);
    assert_eq!(post(server.address, "/api/chat", &body).await.status, 200);
}

#[tokio::test]
async fn a_wrong_method_is_refused_and_the_right_one_named() {
    let server = Server::without_upstream().await;
    for (method, path, right) in [
        ("GET", "/api/chat", "POST"),
        ("PUT", "/api/chat", "POST"),
        ("OPTIONS", "/api/chat", "POST"),
        ("GET", "/api/task", "POST"),
        ("POST", "/api/models", "GET,HEAD"),
        ("DELETE", "/api/fate", "GET,HEAD"),
    ] {
        let response = request(server.address, method, path, &["content-length: 0"]).await;
        assert_refused(&format!("{method} {path}"), 405, &response);
        assert_eq!(response.header("allow"), right, "{method} {path}");
    }
}

#[tokio::test]
async fn an_unknown_api_path_is_refused_in_json() {
    let server = Server::without_upstream().await;
    for path in ["/api", "/api/", "/api/nothing", "/api/chat/", "/api/chat/more", "/api/%ff"] {
        for method in ["GET", "POST"] {
            let response = request(server.address, method, path, &["content-length: 0"]).await;
            assert_refused(&format!("{method} {path}"), 404, &response);
        }
    }
}

#[tokio::test]
async fn a_fate_request_without_a_task_is_refused() {
    let server = Server::without_upstream().await;
    assert_refused("no task", 400, &get(server.address, "/api/fate").await);
    assert_refused("no text", 400, &get(server.address, "/api/fate?task=%ff").await);
    assert_eq!(get(server.address, "/api/fate?task=%00").await.json(), json!({ "state": "unknown" }));
}

#[tokio::test]
async fn the_accept_header_changes_no_api_answer() {
    let server = Server::without_upstream().await;
    let headers = ["accept: text/html", "referer: http://elsewhere.example/", "content-length: 2"];
    let mut bad =
        format!("POST /api/chat HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{}\r\n\r\n", headers.join("\r\n"));
    bad += "{}";
    assert_refused("with a referer", 400, &send(server.address, bad.as_bytes()).await);
    let models = request(server.address, "GET", "/api/models", &headers[..2]).await;
    assert_eq!((models.status, models.header("location")), (200, ""));
}

#[tokio::test]
async fn a_head_is_the_get_without_its_body() {
    let server = Server::without_upstream().await;
    for path in ["/", "/healthz", "/api/models"] {
        let (whole, head) = (get(server.address, path).await, request(server.address, "HEAD", path, &[]).await);
        assert_eq!((head.status, head.header("content-type")), (200, whole.header("content-type")), "{path}");
    }
}

#[tokio::test]
async fn bytes_that_are_not_http_end_only_their_connection() {
    let server = Server::without_upstream().await;
    let response = send(server.address, b"\x16\x03\x01 this is TLS\r\n\r\n").await;
    assert_eq!(response.status, 400);
    assert_eq!(get(server.address, "/healthz").await.text(), "ok");
}

#[tokio::test]
async fn the_models_are_listed_as_openai_lists_them() {
    let server = Server::without_upstream().await;
    let models = get(server.address, "/api/models").await;
    assert_eq!(models.json(), json!({ "object": "list", "data": [{ "id": "demo", "object": "model" }] }));
}

#[tokio::test]
async fn pages_are_html_that_the_back_button_may_keep() {
    let server = Server::without_upstream().await;
    for path in ["/", "/task", "/monitor"] {
        let page = get(server.address, path).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert_eq!(page.header("cache-control"), "no-cache", "{path}");
        assert!(page.text().contains("</html>"), "{path}");
        careful(&page);
    }
}

/// A page is readable before any script has run.
#[tokio::test]
async fn a_page_is_rendered_on_the_server() {
    let server = Server::without_upstream().await;
    let words = [
        ("/task", &["Counter: <span>0</span>", "alive for <span>0</span> s", ">no task</text>"][..]),
        ("/monitor", &["role=\"status\">Connecting…<", "<p>0 live · 0 ended · 0 deltas</p>"]),
    ];
    for (path, words) in words {
        let page = get(server.address, path).await.text().replace("<!>", "");
        for words in words {
            assert!(page.contains(words), "{path}: {words}\n{page}");
        }
    }
}

#[tokio::test]
async fn pages_are_compressed_on_request_and_streams_never() {
    let server = Server::without_upstream().await;
    let page = request(server.address, "GET", "/", &["accept-encoding: gzip, br"]).await;
    assert_eq!((page.status, page.header("content-encoding")), (200, "gzip"));
    assert!(page.body.len() * 2 < get(server.address, "/").await.body.len());
    let headers = ["accept-encoding: gzip, br", "content-length: 35"];
    let body = br#"{"chunks":1,"interval_ms":1}       "#;
    let stream = request_with(server.address, "POST", "/api/task", &headers, body).await;
    assert_eq!((stream.status, stream.header("content-encoding")), (200, ""));
}

/// The runtime may render a page on one thread and drop its state on another.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_concurrent_page_requests_succeed() {
    let server = Server::without_upstream().await;
    for _ in 0..20 {
        let pages = ["/", "/c/k7x2", "/task", "/nowhere"].repeat(5).into_iter().map(|path| get(server.address, path));
        for page in join_all(pages).await {
            assert!(page.text().contains("</html>"));
        }
    }
}

#[tokio::test]
async fn the_content_security_policy_allows_only_own_scripts() {
    let server = Server::without_upstream().await;
    let (one, other) = (get(server.address, "/").await, get(server.address, "/").await);
    let policy = one.header("content-security-policy");
    let (rest, nonce) = policy.split_once("'nonce-").unwrap();
    let nonce = nonce.trim_end_matches('\'');
    assert!(rest.starts_with("default-src 'none'; ") && !policy.contains("unsafe-inline"), "{policy}");
    let text = one.text();
    let scripts: Vec<&str> = text.split("<script").skip(1).filter_map(|script| script.split('>').next()).collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        assert!(script.contains(&format!("nonce=\"{nonce}\"")), "<script{script}>");
    }
    assert_ne!(policy, other.header("content-security-policy"));
}

#[tokio::test]
async fn an_unknown_page_is_a_404_page() {
    let server = Server::without_upstream().await;
    for path in
        ["/nothing", "/pkg/nothing.js", "/..%2f..%2fCargo.toml", "/../Cargo.toml", "//etc/passwd", "/pkg", "/pkg/"]
    {
        let page = get(server.address, path).await;
        assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"), "{path}");
        careful(&page);
    }
}

#[tokio::test]
async fn health_readiness_and_metrics_are_served() {
    let server = Server::without_upstream().await;
    assert_eq!(get(server.address, "/healthz").await.text(), "ok");
    post(server.address, "/api/chat", QUESTION).await;
    post(server.address, "/api/task", br#"{"chunks":1,"interval_ms":0,"crash_at":1}"#).await;
    let metrics = get(server.address, "/metrics").await;
    assert_eq!(metrics.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "# TYPE starcrossed_tasks_live gauge",
        "starcrossed_tasks_live 0",
        "# TYPE starcrossed_exits_total counter",
        "starcrossed_exits_total{reason=\"normal\"} 1",
        "starcrossed_exits_total{reason=\"crashed\"} 1",
        "starcrossed_exits_total{reason=\"killed\"} 0",
    ] {
        assert!(metrics.text().lines().any(|is| is == line), "{line} is not in\n{}", metrics.text());
    }
}

#[tokio::test]
async fn metrics_are_well_formed_and_add_up() {
    let server = Server::without_upstream().await;
    post(server.address, "/api/task", br#"{"chunks":3,"interval_ms":1}"#).await;
    let sent = post(server.address, "/api/task", br#"{"chunks":1,"interval_ms":1,"crash_at":1}"#).await.body.len();
    let metrics = Metrics::read(&get(server.address, "/metrics").await.text());
    assert_eq!(metrics.count("starcrossed_deltas_total"), 3);
    assert!(metrics.count("starcrossed_sent_bytes_total") > sent as u64);
    for (name, count) in [("starcrossed_first_delta_seconds", 1), ("starcrossed_last_breath_seconds", 0)] {
        assert_eq!(metrics.count(&format!("{name}_count")), count);
        assert_eq!(metrics.sample(&format!("{name}_sum")) == "0", count == 0, "only nothing takes no time");
        let counts = metrics.buckets(name);
        assert!(counts.is_sorted(), "each bucket has what those before it have: {counts:?}");
        assert_eq!(counts.last(), Some(&count), "the last bucket has all");
    }
}

/// Checks Prometheus' text format: each line has a known form, and each sample belongs to a declared family.
struct Metrics(Vec<(String, String)>);

impl Metrics {
    fn read(text: &str) -> Self {
        let (mut family, mut samples) = (String::new(), Vec::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let name = help.split_once(' ').unwrap().0;
                let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE ")?.strip_prefix(name)).unwrap();
                assert!([" gauge", " counter", " histogram"].contains(&kind), "{kind}");
                name.clone_into(&mut family);
            } else {
                let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
                let (bare, labels) = name.split_once('{').unwrap_or((name, "le=\"\"}"));
                assert!(bare.starts_with(&family), "{line} is no sample of {family}");
                assert!(bare.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{line}");
                let label =
                    labels.strip_suffix("\"}").and_then(|label| label.split_once("=\"")).map(|(label, _)| label);
                assert!(matches!(label, Some("le" | "reason")), "{line}");
                assert!(value.parse::<f64>().is_ok(), "{line}");
                samples.push((name.to_owned(), value.to_owned()));
            }
        }
        Self(samples)
    }

    fn sample(&self, name: &str) -> &str {
        &self.0.iter().find(|(is, _)| is == name).unwrap_or_else(|| panic!("no {name}")).1
    }

    fn count(&self, name: &str) -> u64 {
        self.sample(name).parse().unwrap()
    }

    fn buckets(&self, name: &str) -> Vec<u64> {
        let prefix = format!("{name}_bucket{{le=\"");
        self.0.iter().filter(|(is, _)| is.starts_with(&prefix)).map(|(_, count)| count.parse().unwrap()).collect()
    }
}

#[tokio::test]
async fn a_connection_serves_several_requests() {
    let server = Server::without_upstream().await;
    let once = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let last = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let answers = raw(server.address, &format!("{once}{once}{last}")).await;
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3);
}

async fn raw(address: SocketAddr, text: &str) -> String {
    let first = send(address, text.as_bytes()).await;
    format!("HTTP/1.1 {} OK\r\n{}", first.status, first.text())
}

/// Checks a refusal: this status, and a message in the JSON shape of OpenAI's API.
fn assert_refused(what: &str, status: u16, response: &Response) {
    assert_eq!(response.status, status, "{what}: {}", response.text());
    assert_eq!(response.header("content-type"), "application/json", "{what}");
    let message = response.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.len() > 10 && message.ends_with(['.', '?']), "{what}: {message}");
    careful(response);
}

fn careful(response: &Response) {
    assert_eq!(response.header("x-content-type-options"), "nosniff");
    assert_eq!(response.header("referrer-policy"), "no-referrer");
}
