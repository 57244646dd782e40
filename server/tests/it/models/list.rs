//! The list of models of one server.

use super::{ask, client, names, read_reply, several, with_upstream};
use crate::support::{
    fake_upstream::{Step, Upstream, answer, answer_json, delta, done, finish, head, models, raw, sse},
    soon,
};
use app::chat::protocol::{
    answer::{AnswerItem, Event},
    message::ModelList,
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
use socket2::{Domain, Socket, Type};
use std::{net::SocketAddr, sync::Arc};

#[tokio::test]
async fn a_server_s_models_are_listed_and_answer() {
    let (_upstream, models) = with_upstream([head(), delta("Here."), finish("stop"), done()]).await;
    assert_eq!(names(&models).await, ["fake"]);
    let (words, _) = read_reply(ask(&models, json!({ "model": "fake" }))).await;
    assert_eq!(words, ["Here."]);
}

#[tokio::test]
async fn concurrent_lists_ask_the_server_once() {
    let upstream = Upstream::listing([models(&["a"])]).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let models = Models::new([client], None);
    let lists = futures::future::join_all((0..9).map(|_| names(&models))).await;
    assert_eq!(lists, vec![["a"]; 9]);
    assert_eq!(upstream.requests().len(), 1);
    assert_eq!(names(&models).await, ["a"]);
    assert_eq!(upstream.requests().len(), 2, "what was heard is not kept");
}

#[tokio::test]
async fn a_failed_connection_is_not_reported_as_silence() {
    let (_listener, _queue, address) = full_listener();
    let client = Client::new(Settings::new(parse_url(&format!("http://{address}/v1")).unwrap())).unwrap();
    assert!(client.models().await.unwrap_err().contains("can't be reached: no connection within 2 seconds"));
}

/// A listener with a full queue: the kernel answers no further connection.
fn full_listener() -> (Socket, std::net::TcpStream, SocketAddr) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let in_the_queue = std::net::TcpStream::connect(address).unwrap();
    (listener, in_the_queue, address)
}

#[tokio::test]
async fn a_long_list_is_truncated_and_says_so() {
    let list = (0..10_007).map(|n| format!("model-{n}")).collect::<Vec<_>>();
    let upstream = Upstream::listing([models(&list.iter().map(String::as_str).collect::<Vec<_>>())]).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let listed = Models::new([client], None).list().await;
    assert_eq!(listed.data.len(), 10_000);
    let message = listed.message.unwrap();
    assert_eq!(message, "The list of models is long: its first 10000 are shown, 7 more can be asked by name.");
}

#[tokio::test]
async fn a_list_of_four_megabytes_is_read_whole() {
    let padding = "x".repeat(1700);
    let entry = |n: usize| format!(r#"{{"id":"model-{n}","object":"model","description":"{padding}"}}"#);
    let list = format!(r#"{{"object":"list","data":[{}]}}"#, (0..2500).map(entry).collect::<Vec<_>>().join(","));
    assert!(list.len() > 4 * 1024 * 1024);
    let upstream = Upstream::listing([answer(200, &["content-type: application/json"], &list)]).await;
    let listed = Models::new([client(&upstream)], None).list().await;
    assert_eq!((listed.data.len(), listed.message), (2500, None));
}

#[tokio::test]
async fn the_beginning_of_an_endless_list_is_read() {
    let begun = raw("HTTP/1.1 200 OK\r\n\r\n{\"data\":[{\"id\":\"a\"},{\"id\":\"b\",\"x\":\"");
    let script = [head(), delta("Hi"), finish("stop"), done()];
    let list = [begun, Step::Flood("x".repeat(64 * 1024).into())];
    let mut upstream = Upstream::listing_and_playing(list, script).await;
    let models = Arc::new(Models::new([client(&upstream)], None));
    assert_eq!(read_reply(ask(&models, json!({}))).await.0, ["Hi"]);
    assert_eq!(upstream.connection().await.request.body["model"], "a");
}

#[tokio::test]
async fn an_empty_list_suggests_typing_a_name() {
    let upstream = Upstream::listing([models(&[])]).await;
    let list = Models::new([client(&upstream)], None).list().await;
    assert!(list.message.unwrap().ends_with("lists no models yet. If it has one all the same, type its name."));
}

#[tokio::test]
async fn a_model_name_that_holds_the_key_is_not_listed() {
    let upstream = Upstream::listing([models(&["a", "for-sk-key-of-one"])]).await;
    assert_eq!(names(&several(&[("one", &upstream)], None)).await, ["a"]);
}

#[tokio::test]
async fn a_missing_list_suggests_typing_a_name() {
    let script = [head(), delta("Hi"), finish("stop"), done()];
    let upstream = Upstream::listing_and_playing([answer(404, &[], "404 page not found")], script).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let models = Arc::new(Models::new([client], None));
    let says_so = |list: &ModelList| {
        let message = list.message.as_deref().unwrap();
        assert!(message.contains("lists no models: it has no /models.") && message.contains("--model"), "{message}");
    };
    let list = models.list().await;
    says_so(&list);
    assert!(list.data.is_empty());
    assert_eq!(read_reply(ask(&models, json!({ "model": "typed" }))).await.0, ["Hi"]);
    let list = models.list().await;
    says_so(&list);
    assert_eq!(list.data.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["typed"], "it has answered");
}

#[tokio::test]
async fn servers_that_continue_reasoning_are_marked() {
    let list = json!({ "object": "list", "data": [{ "id": "a", "owned_by": "llamacpp" }, { "id": "b" }] });
    let upstream = Upstream::listing([answer_json(200, &list)]).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let list = serde_json::to_value(Models::new([client], None).list().await).unwrap();
    assert_eq!(
        (list["data"][0].get("continues_thought"), list["data"][1].get("continues_thought")),
        (Some(&json!(true)), None)
    );
}

#[tokio::test]
async fn a_model_that_refused_to_continue_reasoning_is_unmarked() {
    let data = ["a", "b"].map(|id| json!({ "id": id, "owned_by": "llamacpp" }));
    let list = json!({ "object": "list", "data": data });
    let refusals = [
        vec![answer_json(500, &json!({ "error": { "message": "Assistant response prefill is incompatible" } }))],
        vec![head(), sse(&json!({ "error": { "message": "enable_thinking does not go with a prefill" } }))],
        vec![answer_json(400, &json!({ "error": { "message": "the context size is exceeded" } }))],
    ];
    for (refusal, goes_on) in refusals.into_iter().zip([false, false, true]) {
        let upstream = Upstream::listing_and_playing([answer_json(200, &list)], refusal).await;
        let models = Arc::new(Models::new([client(&upstream)], None));
        let thought = json!({ "role": "assistant", "content": "", "reasoning_content": "Hm" });
        let messages = json!([{ "role": "user", "content": "Think" }, thought]);
        read_reply(ask(&models, json!({ "model": "a", "messages": messages }))).await;
        let can = models.list().await.data.into_iter().map(|model| model.continues_thought).collect::<Vec<_>>();
        assert_eq!(can, [goes_on, true]);
    }
}

#[tokio::test]
async fn the_page_hears_that_a_router_loads_a_model() {
    let list = json!({ "object": "list", "data": [{ "id": "a", "status": { "value": "unloaded" } }] });
    for (status, words) in [(400, "model is not loaded"), (500, "Internal error"), (503, "Loading model")] {
        let refusal = answer_json(status, &json!({ "error": { "message": words } }));
        let scripts = vec![vec![Step::Wait, refusal.clone()], vec![Step::Wait, refusal]];
        let mut upstream = Upstream::listing_and_playing_in_turn([answer_json(200, &list)], scripts).await;
        let models = Arc::new(Models::new([client(&upstream)], None));
        assert_eq!(names(&models).await, ["a"]);
        let mut events = ask(&models, json!({ "model": "a" }));
        let (one, other) = (upstream.connection().await, upstream.connection().await);
        let (props, question) = if one.request.method == "GET" { (one, other) } else { (other, one) };
        assert_eq!(props.request.path, "/props?model=a&autoload=false");
        props.go();
        while soon("it loads", events.next()).await != Some(Event::Item(AnswerItem::Progress(Progress::LOADING))) {}
        drop(events);
        question.closed_by_peer().await;
    }
}

#[tokio::test]
async fn the_default_model_stands_first_in_the_list_and_answers() {
    for (own, expected) in [(None, vec!["a", "b"]), (Some("b"), vec!["b", "a"]), (Some("c"), vec!["c", "a", "b"])] {
        let mut upstream = Upstream::listing([models(&["a", "b"])]).await;
        let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
        let models = Arc::new(Models::new([client], own.map(String::from)));
        assert_eq!(names(&models).await, expected);
        let _events = ask(&models, json!({}));
        assert_eq!(upstream.connection().await.request.body["model"], own.unwrap_or("a"));
    }
}

#[tokio::test]
async fn a_failed_list_says_why_and_keeps_the_default_model() {
    let upstream = Upstream::listing([answer(401, &[], r#"{"error":"no key"}"#)]).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let list = Models::new([client], Some("mine".into())).list().await;
    assert_eq!((list.data.len(), list.data[0].id.as_str()), (1, "mine"));
    assert!(list.message.unwrap().contains("no key"));
}
