//! A kill closes the connection to the model server, whatever the server is doing.

use super::{ask, loading, next_delta, next_progress, progress, question, settings};
use crate::support::{
    advance,
    fake_upstream::{Step, Upstream, answer_json, chunk, chunked_head, delta, finish, head, raw, reasoning, sent},
};
use app::chat::protocol::progress::Progress;
use serde_json::json;
use server::models::openai::Client;
use std::time::Duration;

#[tokio::test]
async fn a_kill_reaches_the_server_during_the_second_attempt() {
    let refusal = answer_json(400, &json!({ "error": { "message": "No", "param": "temperature" } }));
    let mut upstream = Upstream::playing_in_turn([vec![refusal], vec![Step::Hang]]).await;
    let events = ask(settings(&upstream), question());
    upstream.connection().await;
    let again = upstream.connection().await;
    assert!(again.is_open());
    drop(events);
    again.closed_by_peer().await;
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_kill_reaches_the_server_while_it_reads_the_prompt() {
    let mut upstream = Upstream::playing([head(), progress(1), Step::Flood(sent(progress(2)))]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    next_progress(&mut events).await;
    drop(events);
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn a_kill_while_a_model_loads_ends_the_attempts() {
    let mut upstream = Upstream::playing(loading()).await;
    let mut events = ask(settings(&upstream), question());
    upstream.connection().await;
    assert_eq!(next_progress(&mut events).await, Progress::LOADING);
    drop(events);
    let asked = upstream.requests().len();
    advance(Duration::from_millis(1200)).await; // twice as long as the next try would take
    Client::new(settings(&upstream)).unwrap().models().await.unwrap(); // and time for it
    assert_eq!(upstream.requests().len() - upstream.times_listed(), asked);
}

/// Drops an answer after this many deltas, and checks that the server's connection closes.
async fn kill_after(deltas: usize, script: impl Into<Vec<Step>>) {
    let mut upstream = Upstream::playing(script).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    for _ in 0..deltas {
        next_delta(&mut events).await;
    }
    assert!(connection.is_open());
    drop(events);
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn a_kill_reaches_the_server_before_the_head() {
    kill_after(0, [Step::Hang]).await;
}

#[tokio::test]
async fn a_kill_reaches_the_server_before_the_first_text() {
    kill_after(0, [head(), Step::Hang]).await;
    kill_after(0, [chunked_head(), chunk(raw(": thinking\n\n")), Step::Hang]).await;
}

#[tokio::test]
async fn a_kill_reaches_the_server_during_reasoning() {
    kill_after(1, [head(), reasoning("Hm"), Step::Hang]).await;
}

#[tokio::test]
async fn a_kill_reaches_the_server_mid_stream() {
    kill_after(1, [head(), delta("Hel"), Step::Hang]).await;
    kill_after(1, [chunked_head(), chunk(delta("Hel")), Step::Hang]).await;
}

#[tokio::test]
async fn a_kill_reaches_the_server_in_a_flood() {
    kill_after(100, [head(), flood()]).await;
}

#[tokio::test]
async fn a_kill_reaches_the_server_during_a_refusal() {
    kill_after(0, [raw("HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\nx"), Step::Hang]).await;
}

#[tokio::test]
async fn a_kill_reaches_the_server_after_the_finish_reason() {
    kill_after(1, [head(), delta("Hi"), finish("stop"), Step::Hang]).await;
}

/// Endless deltas of 1 KiB each.
fn flood() -> Step {
    Step::Flood(sent(delta(&"x".repeat(1024))))
}

#[tokio::test]
async fn a_page_that_does_not_read_makes_the_server_wait() {
    let mut upstream = Upstream::playing([head(), flood()]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    next_delta(&mut events).await;
    connection.stalled().await;
    let written = connection.written();
    assert!(written < 8 << 20, "{written} bytes are held for a page that doesn't read");
    // The server goes on as soon as the page reads.
    while connection.written() < written + (1 << 20) {
        next_delta(&mut events).await;
    }
    connection.stalled().await;
    drop(events);
    connection.closed_by_peer().await;
}
