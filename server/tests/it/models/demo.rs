//! The built-in demo.

use super::{ask, names, read_reply, with_upstream};
use crate::support::fake_upstream::Step;
use app::chat::protocol::answer::{AnswerItem, Event};
use futures::StreamExt;
use serde_json::json;
use server::models::{Models, demo};
use starcrossed::Reason;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn the_demo_answers_to_every_name_without_a_server() {
    let models = Arc::new(Models::new([], None));
    assert_eq!(names(&models).await, [demo::NAME]);
    for name in ["", "demo", "gpt-5"] {
        let (words, exit) = read_reply(ask(&models, json!({ "model": name }))).await;
        let text = words.concat();
        assert!(text.contains("“Is anybody there?”") && text.contains("starcrossed --upstream"), "{text}");
        assert_eq!((exit.reason, exit.result.finish_reason.as_deref()), (Reason::Normal, Some("stop")));
        let usage = exit.result.usage.unwrap();
        assert_eq!((usage.prompt_tokens, usage.completion_tokens), (3, words.len() as u64));
    }
}

#[tokio::test(start_paused = true)]
async fn the_demo_begins_at_once_and_takes_its_time() {
    let start = Instant::now();
    let mut events = ask(&Arc::new(Models::new([], None)), json!({}));
    while !matches!(events.next().await, Some(Event::Item(AnswerItem::Delta(_)))) {}
    assert!(start.elapsed() < Duration::from_millis(10));
    read_reply(events).await;
    assert!(start.elapsed() > Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn the_demo_stops_at_max_tokens() {
    let (words, exit) = read_reply(ask(&Arc::new(Models::new([], None)), json!({ "max_tokens": 5 }))).await;
    assert_eq!(words.len(), 5);
    assert_eq!(exit.result.finish_reason.as_deref(), Some("length"));
    assert_eq!(exit.result.usage.unwrap().completion_tokens, 5);
}

#[tokio::test]
async fn the_demo_answers_to_its_name_beside_a_server() {
    let (upstream, models) = with_upstream([Step::Hang]).await;
    let (words, _) = read_reply(ask(&models, json!({ "model": "demo", "max_tokens": 3 }))).await;
    assert_eq!(words.len(), 3);
    assert!(upstream.requests().is_empty());
}
