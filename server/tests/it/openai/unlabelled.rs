//! A body is read as what it is, whatever its headers say.

use super::{ask, next_delta, question, reply_to, settings};
use crate::support::fake_upstream::{Step, Upstream, delta, done, finish, head, raw, sent};
use app::chat::protocol::message::Delta;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use starcrossed::Reason;
use std::{borrow::Borrow, io::Write};

const LABELS: [&str; 8] = [
    "content-type: text/event-stream",
    "content-type: application/json",
    "content-type: application/x-ndjson",
    "content-type: application/jsonl; charset=utf-8",
    "content-type: text/plain",
    "content-type: text/html",
    "content-type: application/octet-stream",
    "x-no-label: none",
];

fn labelled(label: &str, body: &str) -> Step {
    raw(format!("HTTP/1.1 200 OK\r\n{label}\r\nconnection: close\r\n\r\n{body}"))
}

fn lines(events: &[impl Borrow<Value>]) -> String {
    events.iter().flat_map(|event| [event.borrow().to_string(), "\n".to_owned()]).collect()
}

fn events(events: &[impl Borrow<Value>]) -> String {
    events.iter().flat_map(|event| ["data: ".to_owned(), event.borrow().to_string(), "\n\n".to_owned()]).collect()
}

#[tokio::test]
async fn an_answer_is_recognised_under_any_content_type() {
    let delta = |text: &str| json!({ "choices": [{ "delta": { "content": text } }] });
    let stop = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
    let chunks = [delta("Hel"), delta("lo"), stop.clone()];
    let message = |text: &str| json!({ "choices": [{ "delta": null, "message": { "content": text } }] });
    let whole = json!({ "choices": [{ "message": { "content": "Hello" }, "finish_reason": "stop" }] });
    let ollama = |text: &str, done: bool| json!({ "message": { "role": "assistant", "content": text }, "done": done });
    let bodies = [
        events(&chunks) + "data: [DONE]\n\n",
        events(&chunks).replace('\n', "\r\n"),
        events(&chunks).replace("\n\n", "\n"),
        lines(&chunks),
        lines(&chunks) + "[DONE]\n",
        format!(": ping\n\n{}", lines(&chunks)),
        json!(chunks).to_string(),
        serde_json::to_string_pretty(&json!(chunks)).unwrap(),
        whole.to_string(),
        serde_json::to_string_pretty(&whole).unwrap(),
        format!("\u{feff}{whole}\n"),
        format!("\n  \n {whole}"),
        events(&[&whole]),
        events(&[message("Hel"), message("lo"), stop.clone()]),
        events(&[delta("Hel"), message("lo"), stop.clone()]),
        events(&[delta("Hel"), delta("lo"), whole.clone()]),
        lines(&[message("Hel"), message("lo"), stop.clone()]),
        lines(&[ollama("Hel", false), ollama("lo", false), ollama("", true)]),
        events(&[delta("Hel")]) + &lines(&[delta("lo"), stop.clone()]),
        events(&[message("Hel"), message("Hello"), stop.clone()]),
        events(&chunks).replace("data: ", "data: data: "),
        events(&chunks).replace("\n\n", ""),
        format!("\u{feff}\u{feff}{}", events(&chunks)),
        lines(&chunks).replace("{\"choices\"", "\u{1e}{\"choices\""),
        format!("event: ping\ndata: 2026-01-01 00:00\n\ndata: keep-alive\n\n{}", events(&chunks)),
    ];
    for label in LABELS {
        for body in &bodies {
            let reply = reply_to([labelled(label, body)]).await;
            assert_eq!(
                (reply.text.as_str(), reply.exit.reason),
                ("Hello", Reason::Normal),
                "{label}: {body} {reply:?}"
            );
        }
    }
}

#[tokio::test]
async fn json_lines_are_streamed() {
    let line = |text: &str| raw(lines(&[json!({ "choices": [{ "delta": { "content": text } }] })]));
    let head = labelled("content-type: application/x-ndjson", "");
    let mut upstream = Upstream::playing([head, line("Hel"), Step::Wait, line("lo"), Step::Hang]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    assert_eq!(next_delta(&mut events).await, Delta::Text("Hel".into()));
    connection.go();
    assert_eq!(next_delta(&mut events).await, Delta::Text("lo".into()));
    drop(events);
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn an_error_is_recognised_in_every_position() {
    let part = json!({ "choices": [{ "delta": { "content": "Hel" } }] });
    for error in [
        json!({ "error": { "message": "Out of memory", "type": "server_error", "code": 500 } }),
        json!({ "error": "Out of memory" }),
        json!({ "error": true, "message": "Out of memory" }),
        json!({ "object": "error", "message": "Out of memory", "code": 40303 }),
        json!({ "detail": "Out of memory" }),
        json!({ "detail": [{ "loc": ["body"], "msg": "Out of memory" }] }),
        json!({ "message": "Out of memory" }),
        json!({ "success": false, "errors": [{ "code": 7003, "message": "Out of memory" }] }),
        json!({ "code": 1113, "msg": "Out of memory" }),
        json!({ "type": "error", "error": { "type": "overloaded", "message": "Out of memory" } }),
        json!([{ "error": { "code": 500, "message": "Out of memory" } }]),
    ] {
        let pretty = serde_json::to_string_pretty(&error).unwrap();
        for label in [LABELS[0], LABELS[1], LABELS[7]] {
            if error.is_object() {
                reply_to([labelled(label, &json!([part, error]).to_string())])
                    .await
                    .assert_incomplete("Hel", "Out of memory");
            }
            for body in [error.to_string(), pretty.clone(), format!("\n{error}\n"), events(&[&error])] {
                reply_to([labelled(label, &body)]).await.assert_failed("Out of memory");
            }
            for body in [
                events(&[&part]) + &lines(&[&error]),
                events(&[&part]) + &lines(&[&error]) + "\ndata: [DONE]\n\n",
                events(&[&part, &error]),
                lines(&[&part, &error]),
                format!("data: {part}\n{error}"),
                events(&[&part]) + &pretty,
            ] {
                reply_to([labelled(label, &body)]).await.assert_incomplete("Hel", "Out of memory");
            }
        }
    }
}

#[tokio::test]
async fn a_compressed_answer_is_decoded_or_its_coding_named() {
    let text = [delta("Hel"), delta("lo"), finish("stop"), done()].map(sent).concat();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&text).unwrap();
    let gzip = gzip.finish().unwrap();
    let body = |label: &str, body: &[u8]| Step::Send([&sent(labelled(label, ""))[..], body].concat().into());
    for label in ["content-encoding: gzip", "content-encoding: x-gzip", "x-no-label: none", "content-encoding: br"] {
        reply_to([body(label, &gzip)]).await.assert_complete("Hello");
        reply_to([body(label, &text)]).await.assert_complete("Hello");
    }
    reply_to([body("content-encoding: gzip", &gzip[..gzip.len() - 8]), Step::Close]).await.assert_complete("Hello");
    let mut damaged = GzEncoder::new(Vec::new(), Compression::default());
    damaged.write_all(&sent(delta("Hel"))).unwrap();
    damaged.flush().unwrap();
    let cut = damaged.get_ref().clone();
    reply_to([body("content-encoding: gzip", &cut), Step::Close])
        .await
        .assert_incomplete("Hel", "without saying that it was complete");
    let damaged = [&cut[..], &[0xff; 9]].concat();
    let why = "sent its answer compressed (gzip), which wasn't asked for and can't be read";
    reply_to([body("content-encoding: gzip", &damaged), Step::Close]).await.assert_incomplete("Hel", why);
    let why = "sent its answer compressed (br), which wasn't asked for";
    reply_to([body("content-encoding: br", b"\x8b\x03\x80hello")]).await.assert_failed(why);
    let mut upstream = Upstream::playing([head(), delta("Hi"), finish("stop"), done()]).await;
    let _events = ask(settings(&upstream), question());
    assert_eq!(upstream.connection().await.request.headers["accept-encoding"], "identity");
}

#[tokio::test]
async fn a_compressed_answer_is_streamed() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let mut compressed = |step: Step| {
        gzip.write_all(&sent(step)).unwrap();
        gzip.flush().unwrap();
        Step::Send(std::mem::take(gzip.get_mut()).into())
    };
    let (hel, lo) = (compressed(delta("Hel")), compressed(delta("lo")));
    let head = labelled("content-encoding: gzip", "");
    let mut upstream = Upstream::playing([head, hel, Step::Wait, lo, Step::Hang]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    assert_eq!(next_delta(&mut events).await, Delta::Text("Hel".into()));
    connection.go();
    assert_eq!(next_delta(&mut events).await, Delta::Text("lo".into()));
    drop(events);
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn a_body_that_is_no_answer_is_quoted() {
    for label in LABELS {
        let page = "<!doctype html>\n<title>Welcome to nginx!</title>\n<p>…";
        for (body, why) in [
            (page, "a web page, “Welcome to nginx!”"),
            ("\u{feff}\n<HTML><TITLE lang=en>Sign &amp; in</TITLE>", "a web page, “Sign & in”"),
            ("<?xml version='1.0'?><Error><Message>Denied</Message></Error>", "XML, “Denied”"),
            ("Bad gateway", "This came: Bad gateway."),
            ("{\"status\":\"ok\"}", "This came: {\"status\":\"ok\"}."),
            ("{\"choices\":[{\"delta\":{\"con", "something else than was asked for"),
            ("", "sent an empty answer"),
            (": ping\n\n", "sent an empty answer"),
        ] {
            reply_to([labelled(label, body)]).await.assert_failed(why);
        }
    }
}
