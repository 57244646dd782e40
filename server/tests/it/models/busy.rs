//! A server that stops its answer when it gets another request is not asked for its models meanwhile.

use super::{ask, client, names, read_reply, several};
use crate::support::{
    advance,
    fake_upstream::{Connection, Step, Upstream, answer_json, delta, done, finish, head, models, sse},
    soon,
};
use app::chat::protocol::{
    answer::{AnswerItem, Event, EventStream},
    model::Model,
};
use futures::StreamExt;
use serde_json::json;
use server::{
    config::parse_url,
    models::{
        Models,
        openai::{Client, Upstream as Settings},
    },
};
use std::{sync::Arc, time::Duration};

/// An answer that has begun, at a server that ends it on any other request.
async fn interruptible_answer() -> (Upstream, Arc<Models>, EventStream, Connection) {
    let script = [head(), delta("Hel"), Step::Wait, delta("lo"), finish("stop"), done()];
    let mut upstream = Upstream::interrupting(script).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let models = Arc::new(Models::new([client], None));
    let mut events = ask(&models, json!({ "model": "fake" }));
    let connection = upstream.connection().await;
    while !matches!(soon("the first word", events.next()).await, Some(Event::Item(AnswerItem::Delta(_)))) {}
    (upstream, models, events, connection)
}

#[tokio::test]
async fn a_busy_server_is_not_listed_and_known_models_are_shown() {
    let (upstream, models, events, connection) = interruptible_answer().await;
    for _ in 0..3 {
        assert_eq!(names(&models).await, ["fake"], "that it answers is known");
    }
    assert_eq!(upstream.times_listed(), 0);
    connection.go();
    assert_eq!(read_reply(events).await.0, ["lo"]);
}

#[tokio::test]
async fn an_interruptible_server_is_never_asked_for_its_models() {
    let (upstream, models, events, connection) = interruptible_answer().await;
    connection.go();
    read_reply(events).await;
    for _ in 0..3 {
        let list = models.list().await;
        assert_eq!(list.data.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["fake"], "it has answered");
        assert!(list.message.unwrap().ends_with("Ask without choosing a model, or type the name of one."));
    }
    assert_eq!(upstream.times_listed(), 0);
}

#[tokio::test]
async fn the_model_name_is_learned_from_the_answer() {
    let mut word = json!({ "choices": [{ "index": 0, "delta": { "content": "Hi" } }] });
    word["model"] = json!("own/name");
    let upstream = Upstream::interrupting([head(), sse(&word), Step::Hang]).await;
    let models = Arc::new(Models::new([client(&upstream)], None));
    assert!(names(&models).await.is_empty());
    let mut events = ask(&models, json!({}));
    while !matches!(soon("the first word", events.next()).await, Some(Event::Item(AnswerItem::Delta(_)))) {}
    assert_eq!(names(&models).await, ["own/name"]);
    assert_eq!(upstream.times_listed(), 0);
}

#[tokio::test]
async fn an_unidentified_server_is_not_asked_for_its_models() {
    let upstream = Upstream::silent_about_itself([head(), delta("Hi"), finish("stop"), done()]).await;
    let models = Arc::new(Models::new([client(&upstream)], None));
    let listing = tokio::spawn({
        let models = models.clone();
        async move { models.list().await }
    });
    upstream.asked_who().await;
    advance(Duration::from_secs(3)).await;
    let list = soon("the list", listing).await.unwrap();
    assert!(list.data.is_empty());
    assert!(list.message.unwrap().ends_with("has sent nothing for 3 seconds, so it was given up."));
    assert_eq!(upstream.times_listed(), 0);
    let events = ask(&models, json!({}));
    upstream.asked_who().await;
    advance(Duration::from_secs(3)).await;
    assert_eq!(read_reply(events).await.0, ["Hi"], "the question goes on without knowing");
}

#[tokio::test]
async fn a_server_replaced_by_an_interruptible_one_is_recognised() {
    let upstream = Upstream::playing([Step::Hang]).await;
    let models = Models::new([client(&upstream)], None);
    assert_eq!(names(&models).await, ["fake"]);
    upstream.become_interrupting();
    assert!(names(&models).await.is_empty());
    assert_eq!(upstream.times_listed(), 1);
}

#[tokio::test]
async fn an_interruptible_server_that_is_gone_is_reported_as_gone() {
    let (upstream, models, events, connection) = interruptible_answer().await;
    connection.go();
    read_reply(events).await;
    drop(upstream);
    tokio::task::yield_now().await; // the listener closes
    let list = models.list().await;
    assert!(list.data.is_empty());
    assert!(list.message.unwrap().contains("Nothing answers at"));
}

#[tokio::test]
async fn an_interruptible_server_is_recognised_by_its_list() {
    let list = json!({ "object": "list", "data": [{ "id": "a", "object": "model", "owned_by": "me" }] });
    let upstream = Upstream::listing([answer_json(200, &list)]).await;
    let models = Models::new([client(&upstream)], None);
    assert_eq!(names(&models).await, ["a"]);
    assert!(models.list().await.message.unwrap().contains("does one thing at a time"));
    assert_eq!(upstream.times_listed(), 1);
}

#[tokio::test]
async fn upstreams_of_one_server_share_its_busy_state() {
    let script = [head(), delta("Hel"), Step::Wait, delta("lo"), finish("stop"), done()];
    let mut upstream = Upstream::playing(script).await;
    let models = several(&[("one", &upstream), ("two", &upstream)], None);
    assert_eq!(names(&models).await, ["one/fake", "two/fake"]);
    let mut events = ask(&models, json!({ "model": "one/fake" }));
    let connection = upstream.connection().await;
    while !matches!(soon("the first word", events.next()).await, Some(Event::Item(AnswerItem::Delta(_)))) {}
    assert_eq!(names(&models).await, ["one/fake", "two/fake"]);
    assert_eq!(upstream.times_listed(), 2);
    connection.go();
    assert_eq!(read_reply(events).await.0, ["lo"]);
}

#[tokio::test]
async fn a_question_without_a_model_needs_no_list() {
    let mut upstream = Upstream::interrupting([head(), delta("Hi"), finish("stop"), done()]).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let models = Arc::new(Models::new([client], None));
    assert_eq!(read_reply(ask(&models, json!({}))).await.0, ["Hi"]);
    assert_eq!(upstream.connection().await.request.body.get("model"), None);
    assert_eq!(upstream.times_listed(), 0);
}

#[tokio::test]
async fn a_list_request_is_dropped_once_an_answer_begins() {
    let mut upstream = Upstream::silent_about_itself([head(), delta("Hi"), Step::Hang]).await;
    let models = Arc::new(Models::new([client(&upstream)], None));
    let listing = tokio::spawn({
        let models = models.clone();
        async move { models.list().await }
    });
    upstream.asked_who().await;
    let mut events = ask(&models, json!({ "model": "fake" }));
    upstream.connection().await;
    while !matches!(soon("the first word", events.next()).await, Some(Event::Item(AnswerItem::Delta(_)))) {}
    advance(Duration::from_secs(3)).await;
    soon("the list", listing).await.unwrap();
    assert_eq!(upstream.times_listed(), 0);
}

#[tokio::test]
async fn the_previous_list_is_shown_while_an_answer_runs() {
    let not_found = vec![answer_json(404, &json!({ "error": { "message": "no such model" } }))];
    let scripts = [not_found, vec![head(), delta("Hel"), Step::Wait, finish("stop"), done()]];
    let mut upstream = Upstream::playing_in_turn(scripts).await;
    let models = Arc::new(Models::new([client(&upstream)], None));
    assert_eq!(names(&models).await, ["fake"]);
    read_reply(ask(&models, json!({ "model": "gone" }))).await;
    upstream.connection().await;
    let mut events = ask(&models, json!({ "model": "other" }));
    let connection = upstream.connection().await;
    while !matches!(soon("the first word", events.next()).await, Some(Event::Item(AnswerItem::Delta(_)))) {}
    let list = models.list().await;
    assert_eq!(list.data.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["fake"]);
    assert!(list.message.unwrap().contains("is asked for its models when that has ended"), "so the page asks again");
    connection.go();
    read_reply(events).await;
    let list = models.list().await;
    assert_eq!((list.data[0].id.as_str(), list.message), ("fake", None));
}

#[tokio::test]
async fn models_are_listed_while_a_question_waits_for_loading() {
    let loading = answer_json(503, &json!({ "error": { "message": "Loading model" } }));
    let mut upstream = Upstream::playing([loading]).await;
    let models = Arc::new(Models::new([client(&upstream)], None));
    let mut events = ask(&models, json!({ "model": "fake" }));
    upstream.connection().await;
    while !matches!(soon("it waits", events.next()).await, Some(Event::Item(AnswerItem::Progress(_)))) {}
    assert_eq!(names(&models).await, ["fake"]);
}

#[tokio::test]
async fn only_the_busy_server_of_several_is_left_alone() {
    let mut one = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let two = Upstream::listing([models(&["y"])]).await;
    let models = several(&[("one", &one), ("two", &two)], None);
    assert_eq!(names(&models).await, ["one/fake", "two/y"]);
    let mut events = ask(&models, json!({ "model": "one/fake" }));
    let connection = one.connection().await;
    while !matches!(soon("the first word", events.next()).await, Some(Event::Item(AnswerItem::Delta(_)))) {}
    assert_eq!(names(&models).await, ["one/fake", "two/y"]);
    assert_eq!((one.times_listed(), two.times_listed()), (1, 2));
    drop(events);
    connection.closed_by_peer().await;
    names(&models).await;
    assert_eq!(one.times_listed(), 2, "when it has ended, it is asked again");
}
