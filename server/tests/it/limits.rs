//! Requests beyond a limit are refused with a message and `retry-after`, and running tasks go on.

use crate::support::{
    advance,
    fake_upstream::{Step, Upstream, delta, done, finish, head},
    hostile_http2::{Slow, Unread},
    raw_client::{Farewell, Page, Response, get, post, request_with},
    server::{Rules, Server},
    soon,
};
use futures::{StreamExt, stream::FuturesUnordered};
use server::{
    config::parse_url,
    guard::quota::Quota,
    models::{
        Models,
        openai::{Client, Upstream as Asked},
    },
};
use starcrossed::Reason;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const TASK: &[u8] = br#"{"chunks":1,"interval_ms":0}"#;

const QUESTION: &[u8] = br#"{"messages":[{"role":"user","content":"Hi"}]}"#;

#[tokio::test]
async fn a_full_server_refuses_new_tasks_and_keeps_the_old_ones() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Wait, delta("lo"), finish("stop"), done()]).await;
    let server = with_task_limit(&upstream, Quota::new(2, 2)).await;
    let mut pages = [Page::chat(server.address).await, Page::chat(server.address).await];
    assert_refused(503, &post(server.address, "/api/chat", QUESTION).await);
    assert_refused(503, &post(server.address, "/api/task", br#"{"chunks":1,"interval_ms":1}"#).await);
    assert_eq!(get(server.address, "/").await.status, 200, "there are pages all the same");

    for page in &mut pages {
        upstream.connection().await.go();
        assert_eq!(page.delta().await, "Hel");
    }
    for page in &mut pages {
        assert_eq!(page.delta().await, "lo");
        assert_eq!(page.exit().await.reason, Reason::Normal);
    }
    drop(pages);
    let mut page = Page::chat(server.address).await;
    assert_eq!(page.delta().await, "Hel", "a place that was left is free");
}

#[tokio::test]
async fn every_kind_of_exit_frees_the_task_s_slot() {
    let upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let server = with_task_limit(&upstream, Quota::new(1, 1)).await;
    for farewell in [Farewell::Fin, Farewell::Rst] {
        let page = Page::chat(server.address).await;
        let task = page.task.clone();
        let _socket = page.leave(farewell).await;
        assert_eq!(server.ended(&task).await, Reason::Killed);
    }
    assert_eq!(post(server.address, "/api/task", b"{}").await.status, 400, "a refusal takes no place for long");
    let mut page = Page::start(server.address, "/api/task", r#"{"chunks":1,"interval_ms":1,"crash_at":1}"#).await;
    assert_eq!(page.exit().await.reason, Reason::Crashed);
    drop(page);
    Page::chat(server.address).await;
}

#[tokio::test]
async fn an_unread_answer_keeps_no_task_slot() {
    let rules = Rules { tasks: Quota::new(1, 1), ..Rules::default() };
    let server = Server::with_rules(rules, Models::new([], None)).await;
    let mut client = Unread::connect(server.address).await;
    for body in [r#"{"chunks":1,"interval_ms":0}"#, r#"{"chunks":1,"interval_ms":0,"crash_at":1}"#].repeat(20) {
        assert_eq!(client.post("/api/task", body.into()).await, 200);
        all_tasks_end(&server).await;
    }
    let mut page = Page::start(server.address, "/api/task", r#"{"chunks":1,"interval_ms":0}"#).await;
    assert_eq!(page.delta().await, "Async work chunk 1");
}

#[tokio::test]
async fn an_unread_answer_keeps_no_memory_of_its_question() {
    let upstream = Upstream::playing([head(), delta("Hi"), finish("stop"), done()]).await;
    let server = Server::with_models(models(&upstream, |_| ())).await;
    let mut client = Unread::connect(server.address).await;
    let content = "x".repeat(15 * 1024 * 1024);
    for _ in 0..5 {
        let body = format!(r#"{{"messages":[{{"role":"user","content":"{content}"}}]}}"#);
        assert_eq!(client.post("/api/chat", body.into()).await, 200);
        all_tasks_end(&server).await;
    }
}

#[tokio::test]
async fn unread_responses_are_bounded_by_memory_per_client() {
    let rules = Rules { trusted: vec!["127.0.0.0/8".parse().unwrap()], ..Rules::default() };
    let server = Server::with_rules(rules, Models::new([], None)).await;
    let item = format!(r#"{{"text":"{}","lang":"rust"}}"#, "<".repeat(64 * 1024)); // each becomes &lt;
    let megabyte = format!(r#"{{"items":[{item},{item},{item},{item}]}}"#);
    let mut client = Unread::connect(server.address).await;
    let mut answered = 0;
    while client.post("/api/typeset", megabyte.clone().into()).await == 200 {
        answered += 1;
        assert!(answered < 32, "more than 32 MiB");
    }
    assert!(answered > 16, "{answered} MiB");
    let headers = ["x-forwarded-for: 203.0.113.9", "content-length: 12"];
    let other = request_with(server.address, "POST", "/api/typeset", &headers, br#"{"items":[]}"#).await;
    assert_eq!(other.status, 200);
    assert_refused(429, &post(server.address, "/api/typeset", megabyte.as_bytes()).await);
    assert_eq!(get(server.address, "/healthz").await.status, 200, "what takes next to nothing gets through");
    drop(client);
    let free = async { while post(server.address, "/api/typeset", megabyte.as_bytes()).await.status != 200 {} };
    soon("the memory is free", free).await;
}

#[tokio::test]
async fn unread_answers_are_bounded_in_number_per_client() {
    let rules = Rules { trusted: vec!["127.0.0.0/8".parse().unwrap()], ..Rules::default() };
    let server = Server::with_rules(rules, Models::new([], None)).await;
    let (mut clients, mut answered) = (Vec::new(), 0);
    let status = loop {
        if answered % 100 == 0 {
            clients.push(Unread::connect(server.address).await); // one connection has 200 at most
        }
        match clients.last_mut().unwrap().post("/api/task", TASK.into()).await {
            200 => answered += 1,
            status => break status,
        }
        all_tasks_end(&server).await;
    };
    assert_eq!((status, answered), (429, 409));
    let refusal = post(server.address, "/api/task", TASK).await;
    assert_refused(429, &refusal);
    let length = format!("content-length: {}", TASK.len());
    let other =
        request_with(server.address, "POST", "/api/task", &["x-forwarded-for: 203.0.113.9", &length], TASK).await;
    assert_eq!(other.status, 200);
    drop(clients);
    let free = async { while post(server.address, "/api/task", TASK).await.status != 200 {} };
    soon("their places are free", free).await;
}

#[tokio::test]
async fn an_answer_unread_for_15_minutes_ends_despite_pongs() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let server =
        Server::with_models(models(&upstream, |asked| asked.limits.idle_timeout = Duration::from_hours(9))).await;
    let mut client = Unread::connect(server.address).await;
    assert_eq!(client.post("/api/chat", QUESTION.into()).await, 200);
    for _ in 0..14 {
        advance(Duration::from_mins(1)).await;
        assert_eq!(client.post("/api/typeset", br#"{"items":[]}"#.as_slice().into()).await, 200);
    }
    assert_eq!(server.registry.live(), 1, "it is early yet");
    advance(Duration::from_mins(1)).await;
    all_tasks_end(&server).await;
    upstream.connection().await.closed_by_peer().await;
    assert_eq!(client.post("/api/task", TASK.into()).await, 200, "the connection goes on");
}

async fn all_tasks_end(server: &Server) {
    let none = async {
        while server.registry.live() > 0 {
            tokio::task::yield_now().await;
        }
    };
    soon("the task ends", none).await;
}

#[tokio::test]
async fn a_client_beyond_its_own_limit_gets_429() {
    let upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let server = with_task_limit(&upstream, Quota::new(9, 1)).await;
    let _page = Page::chat(server.address).await;
    assert_refused(429, &post(server.address, "/api/chat", QUESTION).await);
}

#[tokio::test]
async fn each_client_behind_a_trusted_proxy_has_its_own_limit() {
    let upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let trusted = vec!["127.0.0.0/8".parse().unwrap()];
    let rules = Rules { tasks: Quota::new(9, 1), trusted, ..Rules::default() };
    let server = Server::with_rules(rules, models(&upstream, |_| ())).await;
    let _page = Page::chat(server.address).await;
    let ask = |from: &'static str| async move {
        let headers = [from, "content-length: 2"];
        request_with(server.address, "POST", "/api/task", &headers, b"{}").await.status
    };
    assert_eq!(ask("x-forwarded-for: 127.0.0.1").await, 429, "the proxy itself, which has asked before");
    assert_eq!(ask("x-forwarded-for: 203.0.113.7").await, 400, "somebody else, who may ask, but not that");
    assert_eq!(ask("x-forwarded-for: caf\u{e9}, 203.0.113.7").await, 400, "the same, whatever stands on the left");
    assert_eq!(ask("x-forwarded-for: caf\u{e9}").await, 400, "somebody without a name that can be read");
}

#[tokio::test]
async fn a_connection_beyond_the_limit_is_refused() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Wait, delta("lo"), Step::Hang]).await;
    let rules = Rules { connections: Quota::new(1, 1), ..Rules::default() };
    let server = Server::with_rules(rules, models(&upstream, |_| ())).await;
    let mut page = Page::chat(server.address).await;
    assert_eq!(page.delta().await, "Hel");
    let mut stranger = TcpStream::connect(server.address).await.unwrap();
    let mut answer = String::new();
    stranger.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after"), "{answer}");
    upstream.connection().await.go();
    assert_eq!(page.delta().await, "lo");
}

#[tokio::test(start_paused = true)]
async fn an_unfinished_request_head_times_out() {
    let server = Server::without_upstream().await;
    for half in ["", "G", "GET / HTTP/1.1\r\nhost: localhost\r\n", "PRI * HTTP/2"] {
        let mut slow = TcpStream::connect(server.address).await.unwrap();
        slow.write_all(half.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        slow.read_to_end(&mut answer).await.unwrap();
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408 "), "{half:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unfinished_request_body_times_out() {
    let server = Server::without_upstream().await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let half = "POST /api/chat HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 50\r\n\r\n{";
    slow.write_all(half.as_bytes()).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn an_answer_is_cut_at_max_answer_and_its_text_stays() {
    let much = delta(&"much ".repeat(100));
    let mut upstream = Upstream::playing([head(), much.clone(), much, Step::Hang]).await;
    let models = models(&upstream, |asked| asked.limits.max_answer = 1000);
    let server = Server::with_models(models).await;
    let mut page = Page::chat(server.address).await;
    assert_eq!(page.delta().await.len() + page.delta().await.len(), 1000);
    let exit = page.exit().await;
    assert_eq!(exit.reason, Reason::Failed);
    assert!(exit.message.unwrap().contains("--max-answer"));
    upstream.connection().await.closed_by_peer().await;
}

#[tokio::test]
async fn an_answer_is_cut_at_answer_timeout_and_its_text_stays() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let models = models(&upstream, |asked| asked.limits.answer_timeout = Duration::from_millis(300));
    let server = Server::with_models(models).await;
    let mut page = Page::chat(server.address).await;
    assert_eq!(page.delta().await, "Hel");
    assert!(page.exit().await.message.unwrap().contains("--answer-timeout"));
    upstream.connection().await.closed_by_peer().await;
}

#[tokio::test]
async fn expensive_requests_are_refused_with_the_limit_named() {
    let server = Server::without_upstream().await;
    let question = |model: &str, content: &str| {
        format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":{content}}}]}}"#).into_bytes()
    };
    let many = question("demo", &format!("[{}0]", "{},".repeat(50_000)));
    for (path, body, status, allowed) in [
        ("/api/chat", many, 413, "40,000"),
        ("/api/chat", question(&"m".repeat(513), r#""Hi""#), 400, "512 bytes"),
        ("/api/task", br#"{"chunks":10001,"interval_ms":1000}"#.to_vec(), 400, "10000"),
    ] {
        let answer = post(server.address, path, &body).await;
        let message = answer.message();
        assert!(answer.status == status && message.contains(allowed), "{} {message}", answer.status);
    }
}

#[tokio::test]
async fn monitors_are_limited_per_client_and_in_total() {
    let rules = Rules { trusted: vec!["127.0.0.0/8".parse().unwrap()], ..Rules::default() };
    let server = Server::with_rules(rules, Models::new([], None)).await;
    let mut monitors = Vec::new();
    for client in 1..=5 {
        for _ in 0..20 {
            monitors.push(open_monitor(server.address, client).await.unwrap());
        }
        let status = if client < 5 { 429 } else { 503 };
        assert_eq!(open_monitor(server.address, client).await.unwrap_err(), status);
    }
    assert_eq!(open_monitor(server.address, 6).await.unwrap_err(), 503);
    monitors.pop();
    soon("its place is free", async { while open_monitor(server.address, 6).await.is_err() {} }).await;
}

/// Opens the monitor for this client. The error is the status of the refusal.
async fn open_monitor(address: SocketAddr, client: u8) -> Result<TcpStream, u16> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/monitor HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 10.0.{client}.1\r\ncontent-length: 2\r\n\r\n{{}}"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut line = [0; 12];
    soon("an answer", stream.read_exact(&mut line)).await.unwrap();
    match str::from_utf8(&line).unwrap().split(' ').nth(1).unwrap().parse().unwrap() {
        200 => Ok(stream),
        status => Err(status),
    }
}

#[tokio::test]
async fn an_unfinished_request_takes_no_task_slot() {
    let rules = Rules { tasks: Quota::new(1, 1), ..Rules::default() };
    let server = Server::with_rules(rules, Models::new([], None)).await;
    let mut slow = Vec::new();
    for path in ["/api/task", "/api/chat", "/api/monitor"].repeat(10) {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let half = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50\r\n\r\n{{");
        stream.write_all(half.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    for _ in 0..3 {
        let mut page = Page::start(server.address, "/api/task", r#"{"chunks":1,"interval_ms":0}"#).await;
        assert_eq!(page.delta().await, "Async work chunk 1");
        page.exit().await;
        all_tasks_end(&server).await;
    }
}

#[tokio::test]
async fn arriving_requests_are_limited_per_client() {
    let rules = Rules { trusted: vec!["127.0.0.0/8".parse().unwrap()], ..Rules::default() };
    let server = Server::with_rules(rules, Models::new([], None)).await;
    let asks = ["x-forwarded-for: 203.0.113.8", "content-length: 28"];
    let ask =
        async || request_with(server.address, "POST", "/api/task", &asks, br#"{"chunks":1,"interval_ms":0}"#).await;
    let mut connections = Vec::new();
    for _ in 0..4 {
        connections.push(Slow::connect(server.address, "203.0.113.7").await);
    }
    let mut refusals = FuturesUnordered::new();
    for slow in &mut connections {
        (0..150).for_each(|_| refusals.push(slow.post("/api/task")));
    }
    for _ in 0..600 - 512 {
        assert_eq!(soon("a refusal", refusals.next()).await, Some(429));
    }
    assert_eq!(ask().await.status, 200);
}

async fn with_task_limit(upstream: &Upstream, tasks: Arc<Quota>) -> Server {
    Server::with_rules(Rules { tasks, ..Rules::default() }, models(upstream, |_| ())).await
}

fn models(upstream: &Upstream, change: impl FnOnce(&mut Asked)) -> Models {
    let mut asked = Asked::new(parse_url(&upstream.url()).unwrap());
    change(&mut asked);
    Models::new([Client::new(asked).unwrap()], None)
}

fn assert_refused(status: u16, answer: &Response) {
    assert_eq!((answer.status, answer.header("retry-after")), (status, "10"));
    assert!(!answer.message().is_empty());
}
