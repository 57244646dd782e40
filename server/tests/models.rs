//! Which model answers, the one that is built in, and how others are found.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a panic is the right answer to a surprise")]

mod support;

use app::{
    chat::{
        message::{ChatRequest, Delta},
        model::Model,
    },
    link::{Event, EventStream, Exit, Fates, Reason, spawn_linked},
};
use futures::StreamExt;
use serde_json::{Value, json};
use server::{
    demo, discovery,
    models::Models,
    openai::{Client, Upstream as Settings, parse_url},
};
use std::{sync::Arc, time::Duration};
use support::upstream::{Step, Upstream, answer, answer_json, delta, done, finish, head, models};
use tokio::{net::TcpListener, time::Instant};

fn question(fields: Value) -> ChatRequest {
    let mut question = json!({ "messages": [{ "role": "user", "content": "Is anybody there?" }] });
    question.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(question).unwrap()
}

fn ask(models: &Arc<Models>, fields: Value) -> EventStream<Delta> {
    let models = models.clone();
    spawn_linked(&Arc::<Fates>::default(), move |deltas| models.reply(question(fields), deltas))
}

async fn told(mut events: EventStream<Delta>) -> (Vec<String>, Exit) {
    let mut words = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            Event::Delta(Delta::Text(word)) => words.push(word),
            Event::Exit(exit) => return (words, exit),
            _ => {}
        }
    }
    panic!("the stream ended without an exit")
}

async fn with_upstream(script: impl Into<Vec<Step>>) -> (Upstream, Arc<Models>) {
    let upstream = Upstream::playing(script).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    (upstream, Arc::new(Models::new(Some(client))))
}

async fn names(models: &Models) -> Vec<String> {
    models.list().await.data.into_iter().map(|model| model.id).collect()
}

#[tokio::test(start_paused = true)]
async fn without_a_server_the_demo_answers_to_every_name() {
    let models = Arc::new(Models::new(None));
    assert_eq!(names(&models).await, [demo::NAME]);
    for name in ["", "demo", "gpt-5"] {
        let (words, exit) = told(ask(&models, json!({ "model": name }))).await;
        let text = words.concat();
        assert!(text.contains("“Is anybody there?”") && text.contains("starcrossed --upstream"), "{text}");
        assert_eq!((exit.reason, exit.finish_reason.as_deref()), (Reason::Normal, Some("stop")));
        let usage = exit.usage.unwrap();
        assert_eq!((usage.prompt_tokens, usage.completion_tokens), (3, words.len() as u64));
    }
}

#[tokio::test(start_paused = true)]
async fn the_demo_begins_at_once_and_takes_its_time() {
    let start = Instant::now();
    let mut events = ask(&Arc::new(Models::new(None)), json!({}));
    while !matches!(events.next().await, Some(Event::Delta(_))) {}
    assert!(start.elapsed() < Duration::from_millis(10));
    told(events).await;
    assert!(start.elapsed() > Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn the_demo_stops_at_the_length_that_is_asked_for() {
    let (words, exit) = told(ask(&Arc::new(Models::new(None)), json!({ "max_tokens": 5 }))).await;
    assert_eq!(words.len(), 5);
    assert_eq!(exit.finish_reason.as_deref(), Some("length"));
    assert_eq!(exit.usage.unwrap().completion_tokens, 5);
}

#[tokio::test]
async fn with_a_server_its_models_are_listed_and_answer() {
    let (_upstream, models) = with_upstream([head(), delta("Here."), finish("stop"), done()]).await;
    assert_eq!(names(&models).await, ["fake"]);
    let (words, _) = told(ask(&models, json!({ "model": "fake" }))).await;
    assert_eq!(words, ["Here."]);
}

#[tokio::test]
async fn the_demo_answers_to_its_name_although_there_is_a_server() {
    let (upstream, models) = with_upstream([Step::Hang]).await;
    let (words, _) = told(ask(&models, json!({ "model": "demo", "max_tokens": 3 }))).await;
    assert_eq!(words.len(), 3);
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn only_what_lists_models_is_found() {
    let one = Upstream::listing([models(&["a", "b"])]).await;
    let empty = Upstream::listing([answer_json(200, &json!({ "object": "list", "data": null }))]).await;
    let site = Upstream::listing([answer(200, &["content-type: text/html"], "<h1>Hi</h1>")]).await;
    let other_api = Upstream::listing([answer_json(200, &json!({ "data": { "a": 1 } }))]).await;
    let not_found = Upstream::listing([answer(404, &[], "{}")]).await;
    let silent = Upstream::listing([Step::Hang]).await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nobody = format!("http://{nobody}/v1");
    let urls = [&one, &empty, &site, &other_api, &not_found, &silent].map(Upstream::url);
    let places = urls.iter().chain([&nobody]).map(|url| (url.as_str(), url.as_str())).collect::<Vec<_>>();
    let found = discovery::find_among(&places).await;
    assert_eq!(found.iter().map(|found| &found.name).collect::<Vec<_>>(), [&urls[0], &urls[1]]);
    assert_eq!(found[0].models, ["a", "b"]);
    assert!(found[1].models.is_empty());
}

#[tokio::test]
async fn looking_for_servers_takes_no_longer_than_one_may_wait() {
    let silent = Upstream::listing([Step::Hang]).await;
    let url = silent.url();
    let start = Instant::now();
    assert!(discovery::find_among(&[("silent", url.as_str()); 4]).await.is_empty());
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}
