//! The models that can be asked, and which server answers.

mod busy;
mod demo;
mod discovery;
mod list;
mod several;

use crate::support::{
    fake_upstream::{Step, Upstream},
    linked,
};
use app::chat::protocol::{
    answer::{AnswerItem, Event, EventStream, Exit},
    message::{ChatRequest, Delta},
    model::Model,
};
use futures::StreamExt;
use serde_json::{Value, json};
use server::{
    config::parse_url,
    models::{
        Models,
        openai::{Client, Upstream as Settings},
    },
};
use std::sync::Arc;

fn question(fields: Value) -> ChatRequest {
    let mut question = json!({ "messages": [{ "role": "user", "content": "Is anybody there?" }] });
    question.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(question).unwrap()
}

fn ask(models: &Arc<Models>, fields: Value) -> EventStream {
    let models = models.clone();
    linked(move |deltas| models.reply(question(fields), deltas))
}

async fn read_reply(mut events: EventStream) -> (Vec<String>, Exit) {
    let mut words = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            Event::Item(AnswerItem::Delta(Delta::Text(word))) => words.push(word),
            Event::Exit(exit) => return (words, exit),
            _ => {}
        }
    }
    panic!("the stream ended without an exit")
}

async fn with_upstream(script: impl Into<Vec<Step>>) -> (Upstream, Arc<Models>) {
    let upstream = Upstream::playing(script).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    (upstream, Arc::new(Models::new([client], None)))
}

fn client(upstream: &Upstream) -> Client {
    Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap()
}

/// Models of several upstreams, each with its name and its own key.
fn several(upstreams: &[(&str, &Upstream)], default: Option<&str>) -> Arc<Models> {
    let client = |(name, upstream): &(&str, &Upstream)| {
        let url = parse_url(&upstream.url()).unwrap();
        let api_key = Some(format!("sk-key-of-{name}"));
        Client::new(Settings { name: (*name).into(), api_key, ..Settings::new(url) }).unwrap()
    };
    Arc::new(Models::new(upstreams.iter().map(client), default.map(String::from)))
}

async fn names(models: &Models) -> Vec<String> {
    models.list().await.data.into_iter().map(|model| model.id).collect()
}
