//! The outside contracts, byte for byte: the events of `/api/chat` and `/api/task`, `/metrics`, and the exit lines of
//! the log.

use crate::support::{
    fake_upstream::{Step, Upstream, answer_json, delta, done, finish, head, reasoning, sse, usage},
    program::{Running, output, starcrossed, text},
    raw_client::{Page, get, post},
};
use serde_json::{Value, json};
use starcrossed::Reason;
use std::net::SocketAddr;

const QUESTION: &[u8] = br#"{"messages":[{"role":"user","content":"Hi"}]}"#;

/// The program in front of an upstream that plays one script after another.
async fn running(scripts: impl IntoIterator<Item = Vec<Step>>) -> (Running, Upstream) {
    let upstream = Upstream::playing_in_turn(scripts).await;
    let url = upstream.url();
    let arguments = ["--listen", "127.0.0.1:0", "--upstream", &url, "--log-format", "json"];
    (Running::start(&mut starcrossed(&arguments)).await, upstream)
}

/// The body of a stream, with `TASK` in place of the random id.
async fn events(address: SocketAddr, path: &str, body: &[u8]) -> String {
    let answer = post(address, path, body).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/event-stream"));
    let text = answer.text();
    let start = text.strip_prefix("event: start\ndata: {\"task\":\"").unwrap_or_else(|| panic!("{text}"));
    let id = start.split('"').next().unwrap();
    assert_eq!(id.len(), 24);
    text.replace(id, "TASK")
}

/// The exit lines of a log in JSON. Times and ids are random: their types are checked, and they are removed.
fn exits(log: &str) -> String {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let exits = lines.filter(|line| line["message"] == "exit");
    exits.fold(String::new(), |all, line| all + &without_chance(line).to_string() + "\n")
}

fn without_chance(mut line: Value) -> Value {
    let fields = line.as_object_mut().unwrap();
    assert!(fields.remove("timestamp").unwrap().is_string());
    assert!(fields.remove("target").unwrap().is_string());
    assert_eq!(fields.remove("task").unwrap().as_str().map(str::len), Some(24));
    assert!(fields.remove("lived_ms").unwrap().is_u64());
    line
}

#[tokio::test]
async fn every_kind_of_stream_has_these_bytes() {
    let full = vec![head(), reasoning("Hm."), delta("Hel"), delta("lo"), usage(7, 3), finish("stop"), done()];
    let broken = vec![head(), delta("Hel"), sse(&json!({ "error": { "message": "out of memory" } }))];
    let refused = vec![answer_json(500, &json!({ "error": { "message": "out of memory" } }))];
    let (running, upstream) = running([full, broken, refused]).await;
    let chat = async || events(running.address, "/api/chat", QUESTION).await;
    let task = async |body: &[u8]| events(running.address, "/api/task", body).await;
    let streams = [
        ("full", chat().await),
        ("broken", chat().await),
        ("refused", chat().await),
        ("task", task(br#"{"chunks":2,"interval_ms":0}"#).await),
        ("crash", task(br#"{"chunks":2,"interval_ms":0,"crash_at":2}"#).await),
    ];
    let text = streams.iter().fold(String::new(), |all, (name, events)| all + "# " + name + "\n" + events);
    assert_eq!(text.replace(&upstream.url(), "UPSTREAM"), include_str!("contract/events.txt"));
}

#[tokio::test]
async fn progress_stands_between_the_start_and_the_first_delta() {
    let progress = json!({ "total": 1000, "cache": 0, "processed": 350, "time_ms": 5 });
    let reading = sse(&json!({ "choices": [{ "index": 0, "delta": {} }], "prompt_progress": progress }));
    let (running, mut upstream) =
        running([vec![head(), reading, Step::Wait, delta("Hi"), finish("stop"), done()]]).await;
    let mut page = Page::chat(running.address).await;
    let first = page.event().await.expect("progress");
    assert_eq!((first.event.as_str(), first.data.as_str()), ("progress", r#"{"phase":"reading","percent":35}"#));
    upstream.connection().await.go();
    assert_eq!(page.delta().await, "Hi");
    assert_eq!(page.exit().await.reason, Reason::Normal);
}

#[tokio::test]
async fn the_metrics_and_the_exit_lines_are_these() {
    let (running, _upstream) =
        running([vec![head(), delta("Hello"), finish("stop"), done()], vec![head(), Step::Hang]]).await;
    let address = running.address;
    events(address, "/api/chat", QUESTION).await;
    events(address, "/api/task", br#"{"chunks":2,"interval_ms":0,"crash_at":2}"#).await;
    let mut hanging = Page::chat(address).await;
    let metrics = get(address, "/metrics").await.text();
    running.signal("-TERM");
    let exit = hanging.event().await.expect("an exit");
    assert_eq!(
        (exit.event.as_str(), exit.data.as_str()),
        ("exit", r#"{"reason":"shutdown","message":"The server is shutting down."}"#)
    );
    let (_, log) = running.end().await;
    assert_eq!(shape(&metrics), include_str!("contract/metrics.txt"));
    assert_eq!(exits(&log), include_str!("contract/exits.txt"));
}

#[tokio::test]
async fn the_help_is_this() {
    let help = output(&mut starcrossed(&["--help"])).await;
    assert_eq!(text(&help.stdout), include_str!("contract/help.txt"));
}

/// The metrics without the values that depend on time and machine.
fn shape(metrics: &str) -> String {
    let fixed =
        |line: &str| ["tasks_live ", "exits_total{", "deltas_total ", "_count "].iter().any(|name| line.contains(name));
    let line = |line: &str| match line.rsplit_once(' ') {
        Some((name, _)) if !line.starts_with('#') && !fixed(line) => format!("{name} N\n"),
        _ => format!("{line}\n"),
    };
    metrics.lines().fold(String::new(), |all, next| all + &line(next))
}
