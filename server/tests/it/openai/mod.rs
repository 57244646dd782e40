//! The client of model servers, against the answers of real ones. Each oddity is a test, and a kill reaches them all.

mod content;
mod failure;
mod finish_reason;
mod kill;
mod reasoning;
mod rejected_fields;
mod request;
mod stream;
mod unlabelled;
mod waiting;

use crate::support::{
    fake_upstream::{Step, Upstream, answer_json, sse},
    linked, soon,
};
use app::chat::protocol::{
    answer::{AnswerItem, Event, EventStream, Exit},
    message::{ChatMessage, ChatRequest, Content, Delta, Role, Was},
    progress::Progress,
};
use futures::StreamExt;
use serde_json::{Value, json};
use server::{
    config::parse_url,
    models::openai::{self, Client},
};
use starcrossed::Reason;

/// An answer as the page reads it.
#[derive(Debug)]
struct Reply {
    text: String,
    reasoning: String,
    exit: Exit,
}

impl Reply {
    /// Checks that the answer is complete and has this text.
    #[track_caller]
    fn assert_complete(&self, text: &str) {
        assert_eq!(self.text, text);
        assert_eq!(self.exit.reason, Reason::Normal, "{:?}", self.exit);
        assert_eq!(self.exit.message, None);
        assert_eq!(self.exit.result.finish_reason.as_deref(), Some("stop"));
    }

    /// Checks that the answer failed after this text, and that the message says why and that it may be incomplete.
    #[track_caller]
    fn assert_incomplete(&self, text: &str, why: &str) {
        self.assert_failed_after(text, why);
        assert!(self.message().ends_with("may be incomplete."), "{self:?}");
    }

    /// Checks that the answer failed without any text, and that the message says why.
    #[track_caller]
    fn assert_failed(&self, why: &str) {
        self.assert_failed_after("", why);
        assert!(!self.message().contains("incomplete"), "{self:?}");
    }

    #[track_caller]
    fn assert_failed_after(&self, text: &str, why: &str) {
        assert_eq!(self.text, text, "{self:?}");
        assert_eq!(self.exit.reason, Reason::Failed, "{self:?}");
        assert!(self.message().contains(why), "{why:?} is not in {:?}", self.message());
    }

    fn message(&self) -> &str {
        self.exit.message.as_deref().unwrap_or_default()
    }
}

fn settings(upstream: &Upstream) -> openai::Upstream {
    openai::Upstream::new(parse_url(&upstream.url()).unwrap())
}

fn question() -> ChatRequest {
    let question = json!({ "model": "fake", "messages": [{ "role": "user", "content": "Hi?" }], "temperature": 0.5 });
    serde_json::from_value(question).unwrap()
}

/// Asks, and returns the page's stream of events.
fn ask(settings: openai::Upstream, request: ChatRequest) -> EventStream {
    let client = Client::new(settings).unwrap();
    linked(move |deltas| async move { client.reply(request, deltas).await })
}

async fn read_reply(mut events: EventStream) -> Reply {
    let (mut text, mut reasoning) = (String::new(), String::new());
    while let Some(event) = soon("the page hears more", events.next()).await {
        match event {
            Event::Item(AnswerItem::Delta(Delta::Text(more))) => text += &more,
            Event::Item(AnswerItem::Delta(Delta::Reasoning(more))) => reasoning += &more,
            Event::Item(AnswerItem::Delta(Delta::TextWas(Was::Reasoning))) => reasoning += &std::mem::take(&mut text),
            Event::Exit(exit) => return Reply { text, reasoning, exit },
            Event::Start { .. } | Event::Item(AnswerItem::Progress(_)) => {}
        }
    }
    panic!("the stream ended without an exit")
}

/// Asks a server that plays this script, with changed settings, and reads the answer to its end.
async fn reply_with(script: impl Into<Vec<Step>>, settle: impl FnOnce(&mut openai::Upstream)) -> Reply {
    let upstream = Upstream::playing(script).await;
    let mut settings = settings(&upstream);
    settle(&mut settings);
    read_reply(ask(settings, question())).await
}

/// Asks a server that plays this script, and reads the answer to its end.
async fn reply_to(script: impl Into<Vec<Step>>) -> Reply {
    reply_with(script, |_| {}).await
}

/// An event whose only choice has this as its delta.
fn with_delta(delta: &Value) -> Step {
    sse(&json!({ "choices": [{ "index": 0, "delta": delta }] }))
}

/// Asks through this client, and reads the answer to its end.
async fn reply_through(client: &Client, request: ChatRequest) -> Reply {
    let client = client.clone();
    let work = move |deltas| async move { client.reply(request, deltas).await };
    read_reply(linked(work)).await
}

/// A question whose last answer is to be continued.
fn unfinished() -> ChatRequest {
    let mut request = question();
    request.messages.push(ChatMessage::new(Role::Assistant, Content::Text("Hello, wor".into())));
    request
}

/// llama-server's progress while it reads a prompt of 1000 tokens.
fn progress(processed: u64) -> Step {
    let progress = json!({ "total": 1000, "cache": 0, "processed": processed, "time_ms": 5 });
    let delta = json!({ "role": "assistant", "content": null });
    sse(&json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }], "prompt_progress": progress }))
}

/// llama-server's answer while it loads.
fn loading() -> Vec<Step> {
    vec![answer_json(
        503,
        &json!({ "error": { "message": "Loading model", "type": "unavailable_error", "code": 503 } }),
    )]
}

async fn next_progress(events: &mut EventStream) -> Progress {
    loop {
        match soon("the page hears what is waited for", events.next()).await {
            Some(Event::Item(AnswerItem::Progress(progress))) => return progress,
            Some(Event::Start { .. }) => {}
            other => panic!("{other:?} in place of progress"),
        }
    }
}

/// The next delta of an answer.
async fn next_delta(events: &mut EventStream) -> Delta {
    loop {
        match soon("the page hears more", events.next()).await {
            Some(Event::Item(AnswerItem::Delta(delta))) => return delta,
            Some(Event::Start { .. }) => {}
            other => panic!("{other:?} in place of a delta"),
        }
    }
}
