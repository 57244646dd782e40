//! Several model servers: one list, and each question goes to the right server.

use super::{ask, names, read_reply, several};
use crate::support::{
    advance,
    fake_upstream::{Request, Step, Upstream, answer, answer_json, delta, done, finish, head, models},
    soon,
};
use app::chat::protocol::{
    answer::{AnswerItem, Event},
    model::Model,
    progress::Progress,
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
use starcrossed::Reason;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test]
async fn a_loading_server_is_waited_for_if_no_other_has_the_model() {
    let loading = answer_json(503, &json!({ "error": { "message": "Loading model" } }));
    let (one, two) = (Upstream::listing([loading]).await, Upstream::listing([models(&[])]).await);
    let models = several(&[("one", &one), ("two", &two)], None);
    for model in ["", "x"] {
        let mut events = ask(&models, json!({ "model": model }));
        let said = loop {
            match soon("the page hears what is waited for", events.next()).await {
                Some(Event::Start { .. }) => {}
                other => break other,
            }
        };
        assert_eq!(said, Some(Event::Item(AnswerItem::Progress(Progress::LOADING))), "{model:?}");
    }
}

#[tokio::test]
async fn the_models_of_several_servers_are_one_list() {
    let one = Upstream::listing([models(&["x", "org/y"])]).await;
    let two = Upstream::listing([models(&["x"])]).await;
    let list = several(&[("one", &one), ("two", &two)], None).list().await;
    let expected = json!({ "object": "list", "data": [
        { "id": "one/x", "object": "model", "owned_by": "one" },
        { "id": "one/org/y", "object": "model", "owned_by": "one" },
        { "id": "two/x", "object": "model", "owned_by": "two" },
    ] });
    assert_eq!(serde_json::to_value(list).unwrap(), expected);
}

#[tokio::test]
async fn picture_support_is_passed_on() {
    let list = json!({ "object": "list", "data": [
        { "id": "seeing", "architecture": { "input_modalities": ["text", "image"] } },
        { "id": "blind", "architecture": { "input_modalities": ["text"] } },
        { "id": "unknown" },
    ] });
    let upstream = Upstream::listing([answer_json(200, &list)]).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let list = Models::new([client], Some("blind".into())).list().await;
    let expected = json!({ "object": "list", "data": [
        { "id": "blind", "object": "model", "images": false },
        { "id": "seeing", "object": "model", "images": true },
        { "id": "unknown", "object": "model" },
    ] });
    assert_eq!(serde_json::to_value(list).unwrap(), expected);
}

#[tokio::test]
async fn a_failing_server_hides_only_its_own_models_and_is_named() {
    let up = Upstream::listing([models(&["x"])]).await;
    let refusing = Upstream::listing([answer(401, &[], r#"{"error":"no, sk-key-of-refusing is no key"}"#)]).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap(); // and free again at once
    let nobody = format!("http://{nobody}/v1");
    let named = |name: &str, url: &str| {
        let key = Some(format!("sk-key-of-{name}"));
        Client::new(Settings { name: name.into(), api_key: key, ..Settings::new(parse_url(url).unwrap()) }).unwrap()
    };
    let clients = [named("gone", &nobody), named("up", &up.url()), named("refusing", &refusing.url())];
    let list = Models::new(clients, Some("gone/y".into())).list().await;
    assert_eq!(list.data.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["up/x"]);
    let message = list.message.unwrap();
    let lines = message.lines().collect::<Vec<_>>();
    assert!(lines[0].starts_with(&format!("gone: Nothing answers at {nobody}")), "{message}");
    assert!(lines[1].starts_with(&format!("refusing: {} refused the key (401)", refusing.url())), "{message}");
    assert!(lines[1].ends_with("--api-key refusing=KEY."), "{message}");
    assert!(lines.len() == 2 && !message.contains("sk-"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_delays_the_list_at_most_five_seconds() {
    let silent = Upstream::listing([Step::Hang]).await;
    let models = several(&[("a", &silent), ("b", &silent), ("c", &silent)], None);
    let start = Instant::now();
    let list = models.list().await;
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    assert_eq!((list.data.len(), list.message.unwrap().lines().count()), (0, 3));
}

#[tokio::test]
async fn a_question_reaches_the_named_server_with_its_own_key() {
    let mut one = Upstream::playing([head(), delta("one"), finish("stop"), done()]).await;
    let mut two = Upstream::playing([head(), delta("two"), finish("stop"), done()]).await;
    let models = several(&[("one", &one), ("two", &two)], None);
    assert_eq!(read_reply(ask(&models, json!({ "model": "two/fake" }))).await.0, ["two"]);
    assert_eq!(read_reply(ask(&models, json!({ "model": "one/org/other" }))).await.0, ["one"]);
    assert_eq!(two.connection().await.request.body["model"], "fake");
    assert_eq!(one.connection().await.request.body["model"], "org/other");
    models.list().await;
    for (name, upstream) in [("one", &one), ("two", &two)] {
        let requests = upstream.requests();
        let own = |request: &Request| request.headers["authorization"] == format!("Bearer sk-key-of-{name}");
        assert!(requests.len() == 2 && requests.iter().all(own), "{requests:?}");
    }
}

#[tokio::test]
async fn a_plain_name_suffices_if_one_server_has_the_model() {
    let mut one = Upstream::listing([models(&["x", "both"])]).await;
    let two = Upstream::listing([models(&["y", "both"])]).await;
    let models = several(&[("one", &one), ("two", &two)], None);
    let _events = ask(&models, json!({ "model": "x" }));
    assert_eq!(one.connection().await.request.body["model"], "x");
    let (_, exit) = read_reply(ask(&models, json!({ "model": "both" }))).await;
    let why = "Several model servers have a model both. Say which: one/both or two/both.";
    assert_eq!((exit.reason, exit.message.as_deref()), (Reason::Failed, Some(why)));
    let (_, exit) = read_reply(ask(&models, json!({ "model": "nobodys" }))).await;
    assert_eq!(exit.message.as_deref(), Some("No model server has a model nobodys."));
}

#[tokio::test]
async fn an_ambiguous_name_is_refused_while_another_server_loads() {
    let loading = answer_json(503, &json!({ "error": { "message": "Loading model" } }));
    let loading = Upstream::listing([loading]).await;
    let (one, two) = (Upstream::listing([models(&["x"])]).await, Upstream::listing([models(&["x"])]).await);
    let all = several(&[("loading", &loading), ("one", &one), ("two", &two)], None);
    let (_, exit) = soon("the answer", read_reply(ask(&all, json!({ "model": "x" })))).await;
    assert_eq!(exit.message.as_deref(), Some("Several model servers have a model x. Say which: one/x or two/x."));
}

#[tokio::test]
async fn a_waiting_question_asks_only_loading_servers_again() {
    let loading = answer_json(503, &json!({ "error": { "message": "Loading model" } }));
    let (mut loading, other) = (Upstream::listing([loading]).await, Upstream::listing([models(&["x"])]).await);
    let all = several(&[("loading", &loading), ("other", &other)], None);
    let _events = ask(&all, json!({ "model": "y" }));
    loading.list().await;
    for pause in [1, 2, 4] {
        settle().await;
        advance(Duration::from_secs(pause)).await;
        loading.list().await;
    }
    assert_eq!((loading.times_listed(), other.times_listed()), (4, 1));
}

/// Waits until everything that needs no timer has happened.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn an_unlisted_name_goes_to_the_only_server_without_a_list() {
    let listing = Upstream::listing([models(&["x"])]).await;
    let script = [head(), delta("Hi"), finish("stop"), done()];
    let mut without = Upstream::listing_and_playing([answer(404, &[], "no such thing")], script.clone()).await;
    let all = several(&[("listing", &listing), ("without", &without)], None);
    assert_eq!(read_reply(ask(&all, json!({ "model": "mine" }))).await.0, ["Hi"]);
    assert_eq!(without.connection().await.request.body["model"], "mine");
    let too = Upstream::listing_and_playing([answer(404, &[], "no such thing")], script).await;
    let all = several(&[("listing", &listing), ("without", &without), ("too", &too)], None);
    let (_, exit) = read_reply(ask(&all, json!({ "model": "mine" }))).await;
    let message = exit.message.unwrap();
    assert!(message.contains("If one has it, say which: without/mine or too/mine."), "{message}");
}

#[tokio::test]
async fn a_busy_server_is_not_listed_and_stays_the_first() {
    let mut one = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let two = Upstream::listing([models(&["y"])]).await;
    let all = several(&[("one", &one), ("two", &two)], None);
    let mut answers = Vec::new();
    for _ in 0..2 {
        let mut events = ask(&all, json!({}));
        assert_eq!(one.connection().await.request.body["model"], "fake");
        while !matches!(soon("the first word", events.next()).await, Some(Event::Item(AnswerItem::Delta(_)))) {}
        answers.push(events); // it goes on
    }
    assert_eq!(one.times_listed(), 1);
}

#[tokio::test]
async fn the_first_server_with_a_model_answers_by_default() {
    let down = Upstream::listing([answer(500, &[], "")]).await;
    let mut one = Upstream::listing([models(&["x"])]).await;
    let mut two = Upstream::listing([models(&["y", "z"])]).await;
    let all = [("down", &down), ("one", &one), ("two", &two)];
    let (unsaid, said, plain) = (several(&all, None), several(&all, Some("two/z")), several(&all, Some("z")));
    assert_eq!(names(&said).await, ["two/z", "one/x", "two/y"]);
    assert_eq!(names(&plain).await, ["two/z", "one/x", "two/y"]);
    let _events = ask(&unsaid, json!({}));
    assert_eq!(one.connection().await.request.body["model"], "x");
    for models in [said, plain] {
        let _events = ask(&models, json!({}));
        assert_eq!(two.connection().await.request.body["model"], "z");
    }
}
