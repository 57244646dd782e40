//! Which model answers, the one that is built in, and how others are found.

use crate::support::{
    advance,
    fake_upstream::{
        Connection, Request, Step, Upstream, answer, answer_json, delta, done, finish, head, models, raw, sse,
    },
    linked, soon,
};
use app::chat::protocol::{
    answer::{AnswerItem, Event, EventStream, Exit},
    message::{ChatRequest, Delta, ModelList},
    model::Model,
    progress::Progress,
};
use futures::{FutureExt, StreamExt};
use serde_json::{Value, json};
use server::{
    config::parse_url,
    models::{
        Models, Seek, demo,
        discovery::{self, State},
        openai::{Client, Upstream as Settings},
    },
};
use socket2::{Domain, Socket, Type};
use starcrossed::Reason;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, time::Instant};

fn question(fields: Value) -> ChatRequest {
    let mut question = json!({ "messages": [{ "role": "user", "content": "Is anybody there?" }] });
    question.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(question).unwrap()
}

fn ask(models: &Arc<Models>, fields: Value) -> EventStream {
    let models = models.clone();
    linked(move |deltas| models.reply(question(fields), deltas))
}

async fn told(mut events: EventStream) -> (Vec<String>, Exit) {
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

/// All of them, under these names.
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

#[tokio::test(start_paused = true)]
async fn without_a_server_the_demo_answers_to_every_name() {
    let models = Arc::new(Models::new([], None));
    assert_eq!(names(&models).await, [demo::NAME]);
    for name in ["", "demo", "gpt-5"] {
        let (words, exit) = told(ask(&models, json!({ "model": name }))).await;
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
    told(events).await;
    assert!(start.elapsed() > Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn the_demo_stops_at_the_length_that_is_asked_for() {
    let (words, exit) = told(ask(&Arc::new(Models::new([], None)), json!({ "max_tokens": 5 }))).await;
    assert_eq!(words.len(), 5);
    assert_eq!(exit.result.finish_reason.as_deref(), Some("length"));
    assert_eq!(exit.result.usage.unwrap().completion_tokens, 5);
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
async fn however_many_want_to_know_the_models_a_server_is_asked_once_at_a_time() {
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
    let found = discovery::find_among(&places, Duration::from_secs(5)).await;
    assert_eq!(found.iter().map(|found| &found.name).collect::<Vec<_>>(), [&urls[0], &urls[1]]);
    assert_eq!((found[0].models.as_slice(), found[0].state), (&["a".to_owned(), "b".to_owned()][..], State::Ready));
    assert!(found[1].models.is_empty());
}

#[tokio::test]
async fn who_loads_or_wants_a_key_is_found_too_and_who_would_be_disturbed_is_not_asked() {
    let json = ["content-type: application/json"];
    let loading =
        [answer(503, &json, r#"{"error":{"message":"Loading model","type":"unavailable_error","code":503}}"#)];
    let (loading, locked) = (Upstream::listing(loading).await, Upstream::listing([answer(401, &[], "{}")]).await);
    let interrupting = Upstream::interrupting([Step::Hang]).await;
    let broken = Upstream::listing([answer(503, &[], "Service Unavailable")]).await;
    let login = Upstream::listing([answer(401, &["www-authenticate: Basic realm=x"], "Unauthorized")]).await;
    let page = Upstream::listing([answer(401, &["content-type: text/html"], "<html>Log in</html>")]).await;
    let urls = [&loading, &locked, &interrupting, &broken, &login, &page].map(Upstream::url);
    let places = urls.iter().map(|url| (url.as_str(), url.as_str())).collect::<Vec<_>>();
    let found = discovery::find_among(&places, Duration::from_secs(5)).await;
    let found = found.iter().map(|found| (&found.name, found.state)).collect::<Vec<_>>();
    assert_eq!(found, [(&urls[0], State::Loading), (&urls[1], State::Locked), (&urls[2], State::Unasked)]);
    assert_eq!(interrupting.times_listed(), 0);
}

#[tokio::test]
async fn a_server_that_comes_later_is_found_when_somebody_wants_to_know_or_asks() {
    let upstream = Upstream::playing([head(), delta("Here."), finish("stop"), done()]).await;
    let url = parse_url(&upstream.url()).unwrap();
    let (looks, there) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seek = Seek::new({
        let (looks, there) = (looks.clone(), there.clone());
        move || {
            looks.fetch_add(1, Ordering::Relaxed);
            let found = (there.load(Ordering::Relaxed) > 0).then(|| Client::new(Settings::new(url.clone())).unwrap());
            async move { Vec::from_iter(found) }.boxed()
        }
    });
    let models = Arc::new(Models::seeking(seek, None));
    for _ in 0..3 {
        assert_eq!(names(&models).await, [demo::NAME]);
    }
    assert_eq!(looks.load(Ordering::Relaxed), 1, "it is not looked for more than once a second");
    there.store(1, Ordering::Relaxed);
    advance(Duration::from_secs(1)).await;
    assert_eq!(told(ask(&models, json!({}))).await.0, ["Here."]);
    assert_eq!(names(&models).await, ["fake"]);
    assert_eq!(looks.load(Ordering::Relaxed), 2, "what was found is not looked for again");
}

#[tokio::test]
async fn a_server_that_comes_beside_another_is_found_too_and_nothing_is_forgotten() {
    let (first, second) = (Upstream::playing([Step::Hang]).await, Upstream::playing([Step::Hang]).await);
    let named = |name: &str, upstream: &Upstream| {
        Client::new(Settings { name: name.into(), ..Settings::new(parse_url(&upstream.url()).unwrap()) }).unwrap()
    };
    let (one, two) = (named("one", &first), named("two", &second));
    let seek = Seek::new({
        let one = one.clone();
        move || {
            let found = vec![one.clone(), two.clone()];
            async move { found }.boxed()
        }
    });
    let alone = serde_json::to_value(Models::new([one.clone()], None).list().await).unwrap();
    assert_eq!(alone["data"], json!([{ "id": "fake", "object": "model" }]), "the only one is not named");
    let models = Arc::new(Models::finding([one], seek, None));
    let _events = ask(&models, json!({ "model": "fake" }));
    assert_eq!(names(&models).await, ["one/fake", "two/fake"]);
    advance(Duration::from_secs(1)).await;
    assert_eq!(names(&models).await, ["one/fake", "two/fake"], "each once");
}

// What must not be disturbed

/// An answer that has begun, at a server that ends it when it is asked for anything else.
async fn an_answer_that_could_be_interrupted() -> (Upstream, Arc<Models>, EventStream, Connection) {
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
async fn no_list_is_asked_for_while_an_answer_runs_and_what_is_known_is_shown() {
    let (upstream, models, events, connection) = an_answer_that_could_be_interrupted().await;
    for _ in 0..3 {
        assert_eq!(names(&models).await, ["fake"], "that it answers is known");
    }
    assert_eq!(upstream.times_listed(), 0);
    connection.go();
    assert_eq!(told(events).await.0, ["lo"]);
}

#[tokio::test]
async fn a_server_that_can_be_interrupted_is_never_asked_for_its_models() {
    let (upstream, models, events, connection) = an_answer_that_could_be_interrupted().await;
    connection.go();
    told(events).await;
    for _ in 0..3 {
        let list = models.list().await;
        assert_eq!(list.data.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["fake"], "it has answered");
        assert!(list.message.unwrap().ends_with("Ask without choosing a model, or type the name of one."));
    }
    assert_eq!(upstream.times_listed(), 0);
}

#[tokio::test]
async fn which_model_answers_where_none_was_named_is_learned_from_the_answer() {
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
async fn a_server_that_does_not_say_who_it_is_is_not_asked_for_its_models() {
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
    assert_eq!(told(events).await.0, ["Hi"], "the question goes on without knowing");
}

#[tokio::test]
async fn a_server_that_has_made_way_for_one_that_can_be_interrupted_is_recognised() {
    let upstream = Upstream::playing([Step::Hang]).await;
    let models = Models::new([client(&upstream)], None);
    assert_eq!(names(&models).await, ["fake"]);
    upstream.become_interrupting();
    assert!(names(&models).await.is_empty());
    assert_eq!(upstream.times_listed(), 1);
}

#[tokio::test]
async fn a_server_that_can_be_interrupted_and_is_gone_is_said_to_be_gone() {
    let (upstream, models, events, connection) = an_answer_that_could_be_interrupted().await;
    connection.go();
    told(events).await;
    drop(upstream);
    tokio::task::yield_now().await; // the listener closes
    let list = models.list().await;
    assert!(list.data.is_empty());
    assert!(list.message.unwrap().contains("Nothing answers at"));
}

#[tokio::test]
async fn a_server_that_hides_its_description_is_recognised_by_its_list() {
    let list = json!({ "object": "list", "data": [{ "id": "a", "object": "model", "owned_by": "me" }] });
    let upstream = Upstream::listing([answer_json(200, &list)]).await;
    let models = Models::new([client(&upstream)], None);
    assert_eq!(names(&models).await, ["a"]);
    assert!(models.list().await.message.unwrap().contains("does one thing at a time"));
    assert_eq!(upstream.times_listed(), 1);
}

#[tokio::test]
async fn two_upstreams_that_lead_to_one_server_share_what_must_not_be_disturbed() {
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
    assert_eq!(told(events).await.0, ["lo"]);
}

#[tokio::test]
async fn a_question_without_a_model_asks_such_a_server_for_no_list() {
    let mut upstream = Upstream::interrupting([head(), delta("Hi"), finish("stop"), done()]).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let models = Arc::new(Models::new([client], None));
    assert_eq!(told(ask(&models, json!({}))).await.0, ["Hi"]);
    assert_eq!(upstream.connection().await.request.body.get("model"), None);
    assert_eq!(upstream.times_listed(), 0);
}

#[tokio::test]
async fn no_list_is_asked_for_once_an_answer_has_begun() {
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
async fn the_list_as_it_was_is_shown_while_an_answer_runs_and_it_may_have_changed() {
    let not_found = vec![answer_json(404, &json!({ "error": { "message": "no such model" } }))];
    let scripts = [not_found, vec![head(), delta("Hel"), Step::Wait, finish("stop"), done()]];
    let mut upstream = Upstream::playing_in_turn(scripts).await;
    let models = Arc::new(Models::new([client(&upstream)], None));
    assert_eq!(names(&models).await, ["fake"]);
    told(ask(&models, json!({ "model": "gone" }))).await;
    upstream.connection().await;
    let mut events = ask(&models, json!({ "model": "other" }));
    let connection = upstream.connection().await;
    while !matches!(soon("the first word", events.next()).await, Some(Event::Item(AnswerItem::Delta(_)))) {}
    let list = models.list().await;
    assert_eq!(list.data.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["fake"]);
    assert!(list.message.unwrap().contains("is asked for its models when that has ended"), "so the page asks again");
    connection.go();
    told(events).await;
    let list = models.list().await;
    assert_eq!((list.data[0].id.as_str(), list.message), ("fake", None));
}

#[tokio::test]
async fn models_are_listed_while_a_question_waits_for_a_server_that_loads() {
    let loading = answer_json(503, &json!({ "error": { "message": "Loading model" } }));
    let mut upstream = Upstream::playing([loading]).await;
    let models = Arc::new(Models::new([client(&upstream)], None));
    let mut events = ask(&models, json!({ "model": "fake" }));
    upstream.connection().await;
    while !matches!(soon("it waits", events.next()).await, Some(Event::Item(AnswerItem::Progress(_)))) {}
    assert_eq!(names(&models).await, ["fake"]);
}

#[tokio::test]
async fn a_server_that_cannot_be_connected_to_is_gone_and_not_silent() {
    let (_listener, _queue, address) = deaf();
    let client = Client::new(Settings::new(parse_url(&format!("http://{address}/v1")).unwrap())).unwrap();
    assert!(client.models().await.unwrap_err().contains("can't be reached: no connection within 2 seconds"));
}

/// A listener whose queue is full: the kernel answers to nobody else.
fn deaf() -> (Socket, std::net::TcpStream, SocketAddr) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let in_the_queue = std::net::TcpStream::connect(address).unwrap();
    (listener, in_the_queue, address)
}

#[tokio::test]
async fn of_several_servers_only_the_one_that_answers_is_left_alone() {
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

// Long lists

#[tokio::test]
async fn a_long_list_is_cut_and_that_is_said() {
    let list = (0..10_007).map(|n| format!("model-{n}")).collect::<Vec<_>>();
    let upstream = Upstream::listing([models(&list.iter().map(String::as_str).collect::<Vec<_>>())]).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let listed = Models::new([client], None).list().await;
    assert_eq!(listed.data.len(), 10_000);
    let message = listed.message.unwrap();
    assert_eq!(message, "The list of models is long: its first 10000 are shown, 7 more can be asked by name.");
}

#[tokio::test]
async fn a_list_of_some_megabytes_is_read_whole() {
    let padding = "x".repeat(1700);
    let entry = |n: usize| format!(r#"{{"id":"model-{n}","object":"model","description":"{padding}"}}"#);
    let list = format!(r#"{{"object":"list","data":[{}]}}"#, (0..2500).map(entry).collect::<Vec<_>>().join(","));
    assert!(list.len() > 4 * 1024 * 1024);
    let upstream = Upstream::listing([answer(200, &["content-type: application/json"], &list)]).await;
    let listed = Models::new([client(&upstream)], None).list().await;
    assert_eq!((listed.data.len(), listed.message), (2500, None));
}

#[tokio::test]
async fn of_a_list_that_never_ends_the_beginning_is_read() {
    let begun = raw("HTTP/1.1 200 OK\r\n\r\n{\"data\":[{\"id\":\"a\"},{\"id\":\"b\",\"x\":\"");
    let script = [head(), delta("Hi"), finish("stop"), done()];
    let list = [begun, Step::Flood("x".repeat(64 * 1024).into())];
    let mut upstream = Upstream::listing_and_playing(list, script).await;
    let models = Arc::new(Models::new([client(&upstream)], None));
    assert_eq!(told(ask(&models, json!({}))).await.0, ["Hi"]);
    assert_eq!(upstream.connection().await.request.body["model"], "a");
}

#[tokio::test]
async fn a_server_with_an_empty_list_says_that_a_name_can_be_typed() {
    let upstream = Upstream::listing([models(&[])]).await;
    let list = Models::new([client(&upstream)], None).list().await;
    assert!(list.message.unwrap().ends_with("lists no models yet. If it has one all the same, type its name."));
}

#[tokio::test]
async fn a_model_that_is_called_like_the_key_is_not_listed() {
    let upstream = Upstream::listing([models(&["a", "for-sk-key-of-one"])]).await;
    assert_eq!(names(&several(&[("one", &upstream)], None)).await, ["a"]);
}

#[tokio::test]
async fn a_server_without_a_list_says_that_a_name_can_be_typed() {
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
    assert_eq!(told(ask(&models, json!({ "model": "typed" }))).await.0, ["Hi"]);
    let list = models.list().await;
    says_so(&list);
    assert_eq!(list.data.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["typed"], "it has answered");
}

#[tokio::test]
async fn that_a_server_can_go_on_with_a_thought_is_told() {
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
async fn a_model_that_has_refused_to_go_on_with_a_thought_is_not_asked_again() {
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
        told(ask(&models, json!({ "model": "a", "messages": messages }))).await;
        let can = models.list().await.data.into_iter().map(|model| model.continues_thought).collect::<Vec<_>>();
        assert_eq!(can, [goes_on, true]);
    }
}

#[tokio::test]
async fn while_a_router_loads_a_model_the_page_is_told() {
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
async fn of_several_servers_one_that_loads_is_waited_for_if_no_other_has_the_model() {
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
async fn looking_for_servers_takes_no_longer_than_one_may_wait() {
    let silent = Upstream::listing([Step::Hang]).await;
    let url = silent.url();
    let start = Instant::now();
    assert!(discovery::find_among(&[("silent", url.as_str()); 4], Duration::from_millis(300)).await.is_empty());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

// The default

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
async fn a_list_that_cannot_be_had_says_why_and_keeps_the_default_model() {
    let upstream = Upstream::listing([answer(401, &[], r#"{"error":"no key"}"#)]).await;
    let client = Client::new(Settings::new(parse_url(&upstream.url()).unwrap())).unwrap();
    let list = Models::new([client], Some("mine".into())).list().await;
    assert_eq!((list.data.len(), list.data[0].id.as_str()), (1, "mine"));
    assert!(list.message.unwrap().contains("no key"));
}

// Several servers

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
async fn what_a_server_says_of_pictures_is_passed_on() {
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
async fn a_server_that_is_down_or_refuses_hides_its_own_models_alone_and_is_named() {
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
async fn a_server_that_is_silent_holds_the_list_up_for_five_seconds_at_most() {
    let silent = Upstream::listing([Step::Hang]).await;
    let models = several(&[("a", &silent), ("b", &silent), ("c", &silent)], None);
    let start = Instant::now();
    let list = models.list().await;
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    assert_eq!((list.data.len(), list.message.unwrap().lines().count()), (0, 3));
}

#[tokio::test]
async fn a_question_goes_to_the_server_that_has_the_model_under_its_own_name_and_with_its_own_key() {
    let mut one = Upstream::playing([head(), delta("one"), finish("stop"), done()]).await;
    let mut two = Upstream::playing([head(), delta("two"), finish("stop"), done()]).await;
    let models = several(&[("one", &one), ("two", &two)], None);
    assert_eq!(told(ask(&models, json!({ "model": "two/fake" }))).await.0, ["two"]);
    assert_eq!(told(ask(&models, json!({ "model": "one/org/other" }))).await.0, ["one"]);
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
async fn a_plain_name_will_do_where_one_server_alone_has_the_model() {
    let mut one = Upstream::listing([models(&["x", "both"])]).await;
    let two = Upstream::listing([models(&["y", "both"])]).await;
    let models = several(&[("one", &one), ("two", &two)], None);
    let _events = ask(&models, json!({ "model": "x" }));
    assert_eq!(one.connection().await.request.body["model"], "x");
    let (_, exit) = told(ask(&models, json!({ "model": "both" }))).await;
    let why = "Several model servers have a model both. Say which: one/both or two/both.";
    assert_eq!((exit.reason, exit.message.as_deref()), (Reason::Failed, Some(why)));
    let (_, exit) = told(ask(&models, json!({ "model": "nobodys" }))).await;
    assert_eq!(exit.message.as_deref(), Some("No model server has a model nobodys."));
}

#[tokio::test]
async fn a_name_that_several_have_is_refused_at_once_although_another_server_loads() {
    let loading = answer_json(503, &json!({ "error": { "message": "Loading model" } }));
    let loading = Upstream::listing([loading]).await;
    let (one, two) = (Upstream::listing([models(&["x"])]).await, Upstream::listing([models(&["x"])]).await);
    let all = several(&[("loading", &loading), ("one", &one), ("two", &two)], None);
    let (_, exit) = soon("the answer", told(ask(&all, json!({ "model": "x" })))).await;
    assert_eq!(exit.message.as_deref(), Some("Several model servers have a model x. Say which: one/x or two/x."));
}

#[tokio::test]
async fn while_a_question_waits_only_those_are_asked_again_that_may_have_something_new_to_say() {
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

/// Lets everything that can happen without a clock happen.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn a_name_that_nobody_lists_goes_to_the_only_server_without_a_list() {
    let listing = Upstream::listing([models(&["x"])]).await;
    let script = [head(), delta("Hi"), finish("stop"), done()];
    let mut without = Upstream::listing_and_playing([answer(404, &[], "no such thing")], script.clone()).await;
    let all = several(&[("listing", &listing), ("without", &without)], None);
    assert_eq!(told(ask(&all, json!({ "model": "mine" }))).await.0, ["Hi"]);
    assert_eq!(without.connection().await.request.body["model"], "mine");
    let too = Upstream::listing_and_playing([answer(404, &[], "no such thing")], script).await;
    let all = several(&[("listing", &listing), ("without", &without), ("too", &too)], None);
    let (_, exit) = told(ask(&all, json!({ "model": "mine" }))).await;
    let message = exit.message.unwrap();
    assert!(message.contains("If one has it, say which: without/mine or too/mine."), "{message}");
}

#[tokio::test]
async fn of_several_servers_one_that_answers_is_asked_for_no_list_and_is_still_the_first() {
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
async fn of_several_servers_the_first_that_has_a_model_answers_unless_another_was_chosen() {
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
