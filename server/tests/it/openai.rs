//! What model servers really send, each oddity a test; and that a kill reaches them, whatever they are at.

use crate::support::{
    advance,
    fake_upstream::{
        Step, Upstream, answer, answer_json, chunk, chunked_head, delta, done, finish, head, last_chunk, models, raw,
        reasoning, sent, sse, usage,
    },
    linked, soon,
};
use app::chat::protocol::{
    answer::{AnswerItem, Event, EventStream, Exit},
    message::{ChatMessage, ChatRequest, Content, Delta, Role, Was},
    progress::Progress,
    usage::Usage,
};
use flate2::{Compression, write::GzEncoder};
use futures::StreamExt;
use serde_json::{Value, json};
use server::{
    config::parse_url,
    models::openai::{self, Client},
};
use socket2::{Domain, Socket, Type};
use starcrossed::Reason;
use std::{borrow::Borrow, io::Write, net::SocketAddr, time::Duration};
use tokio::{io::AsyncWriteExt, net::TcpListener};

/// What a page was told.
#[derive(Debug)]
struct Told {
    text: String,
    reasoning: String,
    exit: Exit,
}

impl Told {
    /// The answer was complete, and this is what it said.
    #[track_caller]
    fn completely(&self, text: &str) {
        assert_eq!(self.text, text);
        assert_eq!(self.exit.reason, Reason::Normal, "{:?}", self.exit);
        assert_eq!(self.exit.message, None);
        assert_eq!(self.exit.result.finish_reason.as_deref(), Some("stop"));
    }

    /// This much of the answer is there, and the page knows that it may not be all, and why.
    #[track_caller]
    fn partly(&self, text: &str, why: &str) {
        self.failed(text, why);
        assert!(self.message().ends_with("may be incomplete."), "{self:?}");
    }

    /// There is no answer, and the page knows why.
    #[track_caller]
    fn not_at_all(&self, why: &str) {
        self.failed("", why);
        assert!(!self.message().contains("incomplete"), "{self:?}");
    }

    #[track_caller]
    fn failed(&self, text: &str, why: &str) {
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

/// A page that asks.
fn ask(settings: openai::Upstream, request: ChatRequest) -> EventStream {
    let client = Client::new(settings).unwrap();
    linked(move |deltas| async move { client.reply(request, deltas).await })
}

async fn listen_to_the_end(mut events: EventStream) -> Told {
    let (mut text, mut reasoning) = (String::new(), String::new());
    while let Some(event) = soon("the page hears more", events.next()).await {
        match event {
            Event::Item(AnswerItem::Delta(Delta::Text(more))) => text += &more,
            Event::Item(AnswerItem::Delta(Delta::Reasoning(more))) => reasoning += &more,
            Event::Item(AnswerItem::Delta(Delta::TextWas(Was::Reasoning))) => reasoning += &std::mem::take(&mut text),
            Event::Exit(exit) => return Told { text, reasoning, exit },
            Event::Start { .. } | Event::Item(AnswerItem::Progress(_)) => {}
        }
    }
    panic!("the stream ended without an exit")
}

/// Asks a server with these settings, and listens.
async fn told_with(script: impl Into<Vec<Step>>, settle: impl FnOnce(&mut openai::Upstream)) -> Told {
    let upstream = Upstream::playing(script).await;
    let mut settings = settings(&upstream);
    settle(&mut settings);
    listen_to_the_end(ask(settings, question())).await
}

/// Asks a server that plays this script, and listens.
async fn told(script: impl Into<Vec<Step>>) -> Told {
    told_with(script, |_| {}).await
}

/// An event whose only choice has this as its delta.
fn with_delta(delta: &Value) -> Step {
    sse(&json!({ "choices": [{ "index": 0, "delta": delta }] }))
}

// The question

#[tokio::test]
async fn a_question_is_sent_as_the_page_asked_it() {
    let mut upstream = Upstream::playing([head(), delta("Hi"), finish("stop"), done()]).await;
    let mut settings = settings(&upstream);
    settings.api_key = Some("sk-secret\n".into());
    let events = ask(settings, question());
    let request = upstream.connection().await.request;
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(
        request.body,
        json!({
            "model": "fake",
            "messages": [{ "role": "user", "content": "Hi?" }],
            "temperature": 0.5,
            "stream": true,
            "stream_options": { "include_usage": true },
            "return_progress": true,
        })
    );
    assert_eq!(request.headers["authorization"], "Bearer sk-secret");
    assert!(!request.headers.contains_key("x-conversation-id"), "llama-server would outlive the page");
    listen_to_the_end(events).await.completely("Hi");
}

#[tokio::test]
async fn without_a_key_none_is_sent() {
    let mut upstream = Upstream::playing([head(), finish("stop"), done()]).await;
    let mut settings = settings(&upstream);
    settings.api_key = Some(String::new());
    let _events = ask(settings, question());
    assert!(!upstream.connection().await.request.headers.contains_key("authorization"));
}

#[tokio::test]
async fn without_any_model_the_first_listed_answers() {
    let mut upstream = Upstream::playing([head(), finish("stop"), done()]).await;
    let _events = ask(settings(&upstream), ChatRequest { model: String::new(), ..question() });
    assert_eq!(upstream.connection().await.request.body["model"], "fake");
}

#[tokio::test]
async fn every_question_has_a_connection_of_its_own() {
    // Promises to keep the connection, and closes it: the next question must not be sent into it.
    let head = raw(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nkeep-alive: timeout=5\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    let script = [head, chunk(delta("Hi")), chunk(finish("stop")), chunk(done()), last_chunk()];
    let upstream = Upstream::playing(script).await;
    let client = Client::new(settings(&upstream)).unwrap();
    for _ in 0..3 {
        let client = client.clone();
        let work = move |deltas| async move { client.reply(question(), deltas).await };
        listen_to_the_end(linked(work)).await.completely("Hi");
    }
    assert_eq!(upstream.requests().len(), 3);
}

#[tokio::test]
async fn where_stream_options_are_refused_the_question_is_asked_again_without() {
    let refusal = json!({ "error": { "message": "Unrecognized request argument supplied: stream_options" } });
    let scripts = [vec![answer_json(400, &refusal)], vec![head(), delta("Hi"), finish("stop"), done()]];
    let upstream = Upstream::playing_in_turn(scripts).await;
    listen_to_the_end(ask(settings(&upstream), question())).await.completely("Hi");
    let requests = upstream.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body["messages"], requests[1].body["messages"]);
    assert_eq!(requests[1].body.get("stream_options"), None);
    assert_eq!(requests[1].body["stream"], true);
}

#[tokio::test]
async fn where_they_are_refused_twice_it_is_not_asked_a_third_time() {
    let upstream = Upstream::playing([answer_json(400, &json!({ "error": "stream_options are no good" }))]).await;
    listen_to_the_end(ask(settings(&upstream), question())).await.not_at_all("stream_options are no good");
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn where_progress_is_refused_the_question_is_asked_again_without_and_never_with_it_again() {
    for refusal in [
        answer_json(400, &json!({ "error": { "message": "Unrecognized request argument supplied: return_progress" } })),
        answer_json(422, &json!({ "detail": [{ "type": "extra_forbidden", "loc": ["body", "return_progress"] }] })),
        answer_json(400, &json!({ "error": { "message": "Invalid JSON payload: Unknown name \"return_progress\"" } })),
        answer_json(400, &json!({ "error": { "message": "Extra inputs are not permitted" } })),
        answer(500, &[], "TypeError: create() got an unexpected keyword argument 'return_progress'"),
        answer_json(400, &json!({ "error": { "message": "Invalid request body" } })),
        answer_json(422, &json!({ "error": "Additional properties are not allowed" })),
        answer(400, &[], ""),
        answer_json(200, &json!({ "error": { "message": "Unknown field return_progress" } })),
        Step::Send(
            [sent(head()), sent(sse(&json!({ "error": { "message": "Unknown field return_progress" } })))]
                .concat()
                .into(),
        ),
    ] {
        let scripts = [vec![refusal], vec![head(), delta("Hi"), finish("stop"), done()]];
        let upstream = Upstream::playing_in_turn(scripts).await;
        let client = Client::new(settings(&upstream)).unwrap();
        for _ in 0..2 {
            let client = client.clone();
            let work = move |deltas| async move { client.reply(question(), deltas).await };
            listen_to_the_end(linked(work)).await.completely("Hi");
        }
        let has = upstream.requests().iter().map(|it| it.body.get("return_progress").is_some()).collect::<Vec<_>>();
        assert_eq!(has, [true, false, false]);
    }
}

#[tokio::test]
async fn that_one_model_refuses_progress_says_nothing_of_the_others() {
    let refusal = answer_json(400, &json!({ "error": { "message": "Unknown field return_progress" } }));
    let answer = vec![head(), delta("Hi"), finish("stop"), done()];
    let upstream = Upstream::playing_in_turn([vec![refusal], answer]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    for model in ["cloud", "local", "cloud"] {
        let (client, request) = (client.clone(), ChatRequest { model: model.into(), ..question() });
        let work = move |deltas| async move { client.reply(request, deltas).await };
        listen_to_the_end(linked(work)).await.completely("Hi");
    }
    let has = upstream.requests().iter().map(|it| it.body.get("return_progress").is_some()).collect::<Vec<_>>();
    assert_eq!(has, [true, false, true, false], "cloud, cloud again, local, cloud");
}

#[tokio::test]
async fn a_model_that_has_taken_progress_is_not_asked_again_without_when_it_refuses_something_else() {
    let answer = vec![head(), delta("Hi"), finish("stop"), done()];
    let refusal = vec![answer_json(400, &json!({ "error": { "message": "Invalid request body" } }))];
    let upstream = Upstream::playing_in_turn([answer, refusal]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    let ask = || {
        let client = client.clone();
        let work = move |deltas| async move { client.reply(question(), deltas).await };
        listen_to_the_end(linked(work))
    };
    ask().await.completely("Hi");
    ask().await.not_at_all("Invalid request body");
    assert_eq!(upstream.requests().len(), 2);
}

/// Asks this client, and listens.
async fn told_by(client: &Client, request: ChatRequest) -> Told {
    let client = client.clone();
    let work = move |deltas| async move { client.reply(request, deltas).await };
    listen_to_the_end(linked(work)).await
}

/// The same question, with these options.
fn with_options(options: &Value) -> ChatRequest {
    ChatRequest { options: options.as_object().unwrap().clone(), ..question() }
}

/// The refusals of a parameter that servers are known for.
fn refusals(name: &str) -> Vec<Step> {
    vec![
        answer_json(400, &json!({ "error": { "message": format!("Unsupported parameter: '{name}'"), "param": name } })),
        answer_json(
            400,
            &json!({ "error": { "message": "Unsupported value", "param": name, "code": "unsupported_value" } }),
        ),
        answer_json(
            422,
            &json!({ "detail": [{ "type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted" }] }),
        ),
        answer_json(
            400,
            &json!({ "object": "error", "message": format!("[{{'loc': ('body', '{name}'), 'msg': 'extra fields not permitted'}}]") }),
        ),
        answer(400, &[], &format!("{name} is not supported by this model")),
        answer(500, &[], &format!("TypeError: create() got an unexpected keyword argument '{name}'")),
        answer_json(200, &json!({ "error": { "message": format!("unknown field: {name}") } })),
        Step::Send(
            [sent(head()), sent(sse(&json!({ "error": { "message": format!("{name} is not supported") } })))]
                .concat()
                .into(),
        ),
    ]
}

#[tokio::test]
async fn a_parameter_that_is_refused_is_left_out_from_then_on_and_that_is_said() {
    let options = json!({
        "temperature": 0.5, "top_p": 0.9, "top_k": 40, "min_p": 0.1, "stop": ["x"], "seed": 7, "reasoning_effort": "low",
        "presence_penalty": 0.1, "frequency_penalty": 0.1,
    });
    for name in options.as_object().unwrap().keys() {
        for refusal in refusals(name) {
            let scripts = [vec![refusal], vec![head(), delta("Hi"), finish("stop"), done()]];
            let upstream = Upstream::playing_in_turn(scripts).await;
            let client = Client::new(settings(&upstream)).unwrap();
            for _ in 0..2 {
                let told = told_by(&client, with_options(&options)).await;
                told.completely("Hi");
                assert_eq!(told.exit.result.left_out, [name.as_str()]);
            }
            let bodies: Vec<Value> = upstream.requests().into_iter().map(|request| request.body).collect();
            let has = bodies.iter().map(|body| body.get(name).is_some()).collect::<Vec<_>>();
            assert_eq!(has, [true, false, false], "{name}");
            let others = options.as_object().unwrap().keys().filter(|other| *other != name);
            for other in others {
                assert!(bodies.iter().all(|body| body[other] == options[other]), "{other} is sent beside {name}");
            }
        }
    }
}

#[tokio::test]
async fn the_longest_answer_goes_by_its_other_name_where_one_is_refused() {
    for (name, twin) in [("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")] {
        for refusal in refusals(name) {
            let scripts = [vec![refusal], vec![head(), delta("Hi"), finish("stop"), done()]];
            let upstream = Upstream::playing_in_turn(scripts).await;
            let client = Client::new(settings(&upstream)).unwrap();
            for _ in 0..2 {
                let told = told_by(&client, with_options(&json!({ name: 50 }))).await;
                told.completely("Hi");
                assert!(told.exit.result.left_out.is_empty(), "{:?}", told.exit);
            }
            let bodies = upstream.requests().into_iter().map(|request| request.body);
            let sent = bodies.map(|body| (body[name].as_u64(), body[twin].as_u64())).collect::<Vec<_>>();
            assert_eq!(sent, [(Some(50), None), (None, Some(50)), (None, Some(50))]);
        }
    }
}

#[tokio::test]
async fn a_limit_that_is_refused_under_both_names_is_left_out() {
    let refusal = |name: &str| vec![refusals(name).remove(0)];
    let answer = vec![head(), delta("Hi"), finish("stop"), done()];
    let upstream = Upstream::playing_in_turn([refusal("max_tokens"), refusal("max_completion_tokens"), answer]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    for _ in 0..2 {
        let told = told_by(&client, with_options(&json!({ "max_tokens": 50 }))).await;
        told.completely("Hi");
        assert_eq!(told.exit.result.left_out, ["max_tokens"]);
    }
    assert_eq!(upstream.requests().len(), 4);
}

#[tokio::test]
async fn every_parameter_is_left_out_once_and_then_the_refusal_is_told() {
    let refusal = answer(400, &[], "temperature, top_p and seed are not supported");
    let upstream = Upstream::playing([refusal]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    let options = json!({ "temperature": 0.5, "top_p": 0.5, "seed": 1 });
    told_by(&client, with_options(&options)).await.not_at_all("seed are not supported");
    let kept = |request: &crate::support::fake_upstream::Request| {
        ["temperature", "top_p", "seed"].iter().filter(|name| request.body.get(name).is_some()).count()
    };
    let kept = upstream.requests().iter().map(kept).collect::<Vec<_>>();
    assert_eq!(kept[..4], [3, 2, 1, 0]);
    assert!(kept.len() <= 5, "once more without return_progress, which may be meant: {kept:?}");
}

#[tokio::test]
async fn a_value_that_is_refused_says_nothing_of_others() {
    let refusal = answer_json(400, &json!({ "error": { "message": "temperature must be between 0 and 1" } }));
    let upstream = Upstream::playing_in_turn([vec![refusal], vec![head(), delta("Hi"), finish("stop"), done()]]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    for (temperature, left_out) in [(1.5, true), (1.5, true), (0.5, false)] {
        let told = told_by(&client, with_options(&json!({ "temperature": temperature }))).await;
        told.completely("Hi");
        assert_eq!(!told.exit.result.left_out.is_empty(), left_out, "{temperature}");
    }
    assert_eq!(upstream.requests().len(), 4);
}

#[tokio::test]
async fn a_parameter_is_known_by_what_it_is_called_there_and_whatever_the_number_of_the_refusal() {
    let error = |message: &str| json!({ "error": { "message": message } });
    for (status, refusal, name) in [
        (400, json!({ "error": { "message": "No", "param": "reasoning.effort" } }), "reasoning_effort"),
        (400, error("\"fake\" does not support thinking"), "reasoning_effort"),
        (400, error("`temperature` and `top_p` cannot both be specified for this model."), "temperature"),
        (403, error("seed is not allowed for your plan"), "seed"),
        (404, error("No endpoints found that support top_p"), "top_p"),
        (405, error("Unsupported parameter: stop"), "stop"),
        (501, error("seed is not implemented"), "seed"),
        (500, json!({ "detail": [{ "loc": ["body", "seed"], "msg": "Not allowed" }] }), "seed"),
    ] {
        let options = json!({ "temperature": 0.5, "top_p": 0.9, "stop": ["x"], "seed": 7, "reasoning_effort": "low" });
        let answer = vec![head(), delta("Hi"), finish("stop"), done()];
        let upstream = Upstream::playing_in_turn([vec![answer_json(status, &refusal)], answer]).await;
        let told = told_by(&Client::new(settings(&upstream)).unwrap(), with_options(&options)).await;
        told.completely("Hi");
        assert_eq!(told.exit.result.left_out, [name], "{refusal}");
    }
}

#[tokio::test]
async fn what_can_not_be_left_out_is_not_and_neither_is_anything_in_its_place() {
    for refusal in [
        json!({ "error": { "message": "The temperature there is not allowed", "param": "messages[0].content" } }),
        json!({ "detail": [{ "loc": ["body", "messages", 0, "content"], "msg": "temperature: not allowed" }] }),
        json!({ "error": { "message": "temperature is an unknown model", "param": "model" } }),
    ] {
        let upstream = Upstream::playing([answer_json(400, &refusal)]).await;
        listen_to_the_end(ask(settings(&upstream), question())).await.not_at_all("refused the request (400)");
        assert_eq!(upstream.requests().len(), 1, "{refusal}");
    }
    for (status, words) in [
        (401, "temperature is not allowed"),
        (429, "temperature: not supported, too many requests"),
        (503, "Model seed-oss-36b is not available right now"),
        (500, "unexpected stop of the runner"),
        (404, "No such model: qwen3-thinking"),
    ] {
        let upstream = Upstream::playing([answer(status, &[], words)]).await;
        let options = json!({ "temperature": 0.5, "seed": 7, "stop": ["x"], "reasoning_effort": "low" });
        listen_to_the_end(ask(settings(&upstream), with_options(&options))).await.not_at_all(words);
        assert_eq!(upstream.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_parameter_that_is_refused_again_is_told_of_at_once() {
    let refusal = json!({ "error": { "message": "Unsupported parameter", "param": "temperature" } });
    let upstream = Upstream::playing([answer_json(400, &refusal)]).await;
    listen_to_the_end(ask(settings(&upstream), question())).await.not_at_all("Unsupported parameter");
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_kill_while_it_is_asked_again_reaches_the_server() {
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
async fn that_one_model_refuses_a_parameter_says_nothing_of_the_others() {
    let refusal = vec![refusals("seed").remove(0)];
    let upstream = Upstream::playing_in_turn([refusal, vec![head(), delta("Hi"), finish("stop"), done()]]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    for (model, left_out) in [("one", true), ("other", false), ("one", true)] {
        let request = ChatRequest { model: model.into(), ..with_options(&json!({ "seed": 7 })) };
        assert_eq!(!told_by(&client, request).await.exit.result.left_out.is_empty(), left_out, "{model}");
    }
}

#[tokio::test]
async fn a_server_that_takes_no_stream_is_asked_for_a_whole_answer() {
    let refusal =
        json!({ "error": { "message": "Unsupported value: 'stream' does not support true.", "param": "stream" } });
    let whole = json!({ "choices": [{ "message": { "content": "Hi" }, "finish_reason": "stop" }] });
    let upstream = Upstream::playing_in_turn([vec![answer_json(400, &refusal)], vec![answer_json(200, &whole)]]).await;
    listen_to_the_end(ask(settings(&upstream), question())).await.completely("Hi");
    let body = &upstream.requests()[1].body;
    assert_eq!((body.get("stream"), body.get("stream_options")), (None, None));
}

/// An answer that has begun, and is to go on.
fn unfinished() -> ChatRequest {
    let mut request = question();
    request.messages.push(ChatMessage::new(Role::Assistant, Content::Text("Hello, wor".into())));
    request
}

#[tokio::test]
async fn a_server_is_told_that_the_last_answer_is_to_go_on() {
    let mut upstream = Upstream::playing([head(), delta("ld"), finish("stop"), done()]).await;
    let events = ask(settings(&upstream), unfinished());
    let body = upstream.connection().await.request.body;
    assert_eq!((&body["continue_final_message"], &body["add_generation_prompt"]), (&json!(true), &json!(false)));
    listen_to_the_end(events).await.completely("ld");
}

#[tokio::test]
async fn one_that_cannot_go_on_says_so_and_is_not_made_to_begin_another_answer() {
    let refusal = json!({ "error": { "message": "continue_final_message is not supported for this model" } });
    let upstream = Upstream::playing([answer_json(400, &refusal)]).await;
    listen_to_the_end(ask(settings(&upstream), unfinished())).await.not_at_all("not supported for this model");
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn one_that_minds_everything_is_asked_again_without_each() {
    let minds =
        |part| vec![answer_json(422, &json!({ "detail": [{ "type": "extra_forbidden", "loc": ["body", part] }] }))];
    let answer = vec![head(), delta("ld"), finish("stop"), done()];
    let minded = ["add_generation_prompt", "return_progress", "stream_options"].map(minds);
    let upstream = Upstream::playing_in_turn(minded.into_iter().chain([answer])).await;
    listen_to_the_end(ask(settings(&upstream), unfinished())).await.completely("ld");
    let bodies: Vec<Value> = upstream.requests().into_iter().map(|request| request.body).collect();
    let has = |part| bodies.iter().map(|body| body.get(part).is_some()).collect::<Vec<_>>();
    assert_eq!(has("continue_final_message"), [true, false, false, false]);
    assert_eq!(has("add_generation_prompt"), [true, false, false, false]);
    assert_eq!(has("return_progress"), [true, true, false, false]);
    assert_eq!(has("stream_options"), [true, true, true, false]);
    assert_eq!(bodies[3]["messages"], bodies[0]["messages"]);
}

// Answers that are complete, each in its own way

#[tokio::test]
async fn an_answer_comes_with_its_end_and_its_cost() {
    let told = told([head(), delta("Hel"), delta("lo"), finish("stop"), usage(3, 2), done()]).await;
    told.completely("Hello");
    assert_eq!(told.exit.result.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 2 }));
}

#[tokio::test]
async fn a_model_that_has_run_out_of_room_says_so() {
    let told = told([head(), delta("Hel"), finish("length"), done()]).await;
    assert_eq!((told.exit.reason, told.exit.result.finish_reason.as_deref()), (Reason::Normal, Some("length")));
}

#[tokio::test]
async fn comments_are_no_part_of_an_answer() {
    let comments = || raw(": OPENROUTER PROCESSING\n\n: ping\n\n: keep-alive\n\n:\n\n");
    told([head(), comments(), delta("Hi"), comments(), finish("stop"), done()]).await.completely("Hi");
}

#[tokio::test]
async fn empty_data_is_no_part_of_an_answer() {
    told([head(), raw("data:\n\ndata: \n\n"), delta("Hi"), finish("stop"), done()]).await.completely("Hi");
}

#[tokio::test]
async fn lines_may_end_in_any_way() {
    for end in ["\n", "\r\n", "\r"] {
        let events = [r#"{"choices":[{"delta":{"content":"Hi"}}]}"#, r#"{"choices":[{"finish_reason":"stop"}]}"#];
        let events = events.map(|event| raw(format!("data: {event}{end}{end}")));
        told([vec![head()], events.into(), vec![done()]].concat()).await.completely("Hi");
    }
}

#[tokio::test]
async fn data_may_follow_without_a_space() {
    let event =
        raw("data:{\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\ndata:[DONE]\n\n");
    told([head(), event]).await.completely("Hi");
}

#[tokio::test]
async fn an_answer_may_come_byte_by_byte() {
    let text = "data: {\"choices\":[{\"delta\":{\"content\":\"Grüße 🌟\"},\"finish_reason\":\"stop\"}]}\r\n\r\ndata: [DONE]\r\n\r\n";
    let bytes = text.bytes().map(|byte| chunk(Step::Send(vec![byte].into())));
    let script = [chunked_head()].into_iter().chain(bytes).chain([last_chunk()]);
    told(script.collect::<Vec<_>>()).await.completely("Grüße 🌟");
}

#[tokio::test]
async fn an_answer_split_inside_a_character_waits_for_the_rest() {
    let event = "data: {\"choices\":[{\"delta\":{\"content\":\"é\"}}]}\r\n\r\n".as_bytes();
    let middle = event.iter().position(|byte| *byte == 0xc3).unwrap() + 1;
    let (before, after) = event.split_at(middle);
    let (before, after) = (Step::Send(before.to_vec().into()), Step::Send(after.to_vec().into()));
    let mut upstream = Upstream::playing([head(), delta("H"), before, Step::Wait, after, finish("stop"), done()]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    while soon("the first letter", events.next()).await != Some(Event::Item(AnswerItem::Delta(Delta::Text("H".into()))))
    {
    }
    connection.go();
    listen_to_the_end(events).await.completely("é");
}

#[tokio::test]
async fn usage_may_come_without_choices() {
    let usage = sse(&json!({ "usage": { "prompt_tokens": 3, "completion_tokens": 2 } }));
    let told = told([head(), delta("Hi"), finish("stop"), usage, done()]).await;
    told.completely("Hi");
    assert_eq!(told.exit.result.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 2 }));
}

#[tokio::test]
async fn the_first_event_may_be_about_filters() {
    let filters = sse(&json!({ "choices": [], "prompt_filter_results": [{ "prompt_index": 0 }] }));
    told([head(), filters, delta("Hi"), finish("stop"), done()]).await.completely("Hi");
}

#[tokio::test]
async fn a_choice_may_have_no_delta() {
    let bare = sse(&json!({ "choices": [{ "index": 0, "content_filter_offsets": {} }] }));
    told([head(), delta("Hi"), bare, finish("stop"), done()]).await.completely("Hi");
}

#[tokio::test]
async fn content_may_be_null() {
    let null = with_delta(&json!({ "role": "assistant", "content": null, "tool_calls": null }));
    told([head(), null, delta("Hi"), finish("stop"), done()]).await.completely("Hi");
}

#[tokio::test]
async fn thoughts_go_by_several_names() {
    let thoughts = [
        vec![reasoning("Hm")],
        vec![with_delta(&json!({ "reasoning": "Hm" }))],
        vec![with_delta(&json!({ "reasoning": "Hm", "reasoning_content": "Hm" }))],
        vec![delta("<thi"), delta("nk>\nH"), delta("m</thi"), delta("nk>\n\n")],
    ];
    for thought in thoughts {
        let told = told([vec![head()], thought, vec![delta("Hi"), finish("stop"), done()]].concat()).await;
        told.completely("Hi");
        assert_eq!(told.reasoning, "Hm");
    }
}

#[tokio::test]
async fn a_thought_that_began_in_the_prompt_is_one() {
    for thought in [
        vec![delta("H"), delta("m"), delta("</think>")],
        vec![delta("Hm</thi"), delta("nk>\n\n")],
        vec![delta("H"), delta("m<"), delta("/"), delta("think>\n")],
        vec![with_delta(&json!({ "content": [{ "type": "text", "text": "Hm</think>" }] }))],
    ] {
        let told = told([vec![head()], thought, vec![delta("Hi"), finish("stop"), done()]].concat()).await;
        told.completely("Hi");
        assert_eq!(told.reasoning, "Hm");
    }
    let message = json!({ "content": "Hm</think>\n\nHi" });
    let told = told([answer_json(200, &json!({ "choices": [{ "message": message, "finish_reason": "stop" }] }))]).await;
    told.completely("Hi");
    assert_eq!(told.reasoning, "Hm");
    self::told([head(), delta("</think>Hi"), finish("stop"), done()]).await.completely("Hi");
    let alone = self::told([head(), delta("Hm</think>\n"), finish("stop"), done()]).await;
    alone.failed("", "sent thoughts and no answer");
    assert_eq!(alone.reasoning, "Hm");
}

#[tokio::test]
async fn a_character_may_come_in_two_halves() {
    let half =
        |name: &str, text: &str| raw(format!("data: {{\"choices\":[{{\"delta\":{{\"{name}\":\"{text}\"}}}}]}}\n\n"));
    let stop = || vec![finish("stop"), done()];
    for between in [vec![], vec![delta("")], vec![with_delta(&json!({ "content": null }))], vec![raw(": ping\n\n")]] {
        let halves = [vec![head(), half("content", "a \\ud83c")], between, vec![half("content", "\\udf1f b")]];
        told([halves.concat(), stop()].concat()).await.completely("a 🌟 b");
    }
    let thought = ["reasoning_content", "reasoning"]
        .map(|name| vec![head(), half(name, "\\ud83c"), half(name, "\\udf1f"), delta("Hi")]);
    for thought in thought {
        let told = told([thought, stop()].concat()).await;
        told.completely("Hi");
        assert_eq!(told.reasoning, "🌟");
    }
    let cut = [vec![head(), half("content", "a\\ud83c")], stop()].concat();
    told(cut).await.completely("a\u{fffd}");
    let alone = [vec![head(), half("content", "\\ud83c"), delta("b")], stop()].concat();
    told(alone).await.completely("\u{fffd}b");
    let tagged =
        [vec![head(), half("content", "<think>\\ud83c"), half("content", "\\udf1f</think>Hi")], stop()].concat();
    let told = told(tagged).await;
    told.completely("Hi");
    assert_eq!(told.reasoning, "🌟");
}

#[tokio::test]
async fn thoughts_have_other_tags_too() {
    for (open, close) in [
        ("<thinking>", "</thinking>"),
        ("<thought>", "</thought>"),
        ("[THINK]", "[/THINK]"),
        ("<seed:think>", "</seed:think>"),
        ("◁think▷", "◁/think▷"),
        ("<think>\n</think>\n<think>", "</think>"),
        ("", "</thinking>"),
        ("", "[/THINK]"),
    ] {
        let events =
            [head(), delta(open), delta("H"), delta("m"), delta(close), delta("\n\nHi"), finish("stop"), done()];
        let told = told(events).await;
        told.completely("Hi");
        assert_eq!(told.reasoning, "Hm", "{open} {close}");
    }
    let told = told([head(), reasoning("Hm"), delta("</think>"), delta("\n\nHi"), finish("stop"), done()]).await;
    told.completely("Hi");
    assert_eq!(told.reasoning, "Hm");
}

#[tokio::test]
async fn a_character_may_come_in_bytes() {
    let event = |name: &str, text: &[u8]| {
        let begin = format!("data: {{\"choices\":[{{\"delta\":{{\"{name}\":\"");
        Step::Send([begin.as_bytes(), text, b"\"}}]}\n\n"].concat().into())
    };
    for (first, second, text) in [
        (&b"a\xf0\x9f"[..], &b"\x8c\x9f b"[..], "a🌟 b"),
        (b"\xf0", b"\x9f\x8c\x9f", "🌟"),
        (b"\xc3", b"\xa9", "é"),
        (b"a\xed\xa0\xbc", b"\xed\xbc\x9fb", "a🌟b"),
        (b"a\xed\xa0\xbc\xed\xbc\x9f", b"b", "a🌟b"),
        (b"a\xf0\x9f", b"b", "a\u{fffd}b"),
        (b"a", b"b\xf0\x9f", "ab\u{fffd}"),
    ] {
        let script =
            [head(), event("content", first), raw(": ping\n\n"), event("content", second), finish("stop"), done()];
        told(script).await.completely(text);
        let script =
            [head(), event("reasoning", first), event("reasoning", second), delta("Hi"), finish("stop"), done()];
        let told = told(script).await;
        told.completely("Hi");
        assert_eq!(told.reasoning, text);
    }
}

#[tokio::test]
async fn text_that_only_looked_like_a_thought_is_not_lost() {
    told([head(), delta("<thi"), finish("stop"), done()]).await.completely("<thi");
}

#[tokio::test]
async fn an_answer_needs_no_done() {
    told([head(), delta("Hi"), finish("stop"), Step::Close]).await.completely("Hi");
}

#[tokio::test]
async fn an_answer_needs_no_blank_line_at_its_end() {
    let last = raw("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
    told([head(), delta("Hi"), last, Step::Close]).await.completely("Hi");
}

#[tokio::test]
async fn a_cut_after_the_end_is_none() {
    told([chunked_head(), chunk(delta("Hi")), chunk(finish("stop")), Step::Reset]).await.completely("Hi");
}

#[tokio::test]
async fn a_server_that_does_not_hang_up_is_hung_up_on() {
    let mut upstream = Upstream::playing([head(), delta("Hi"), finish("stop"), Step::Hang]).await;
    let events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    listen_to_the_end(events).await.completely("Hi");
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn nothing_is_waited_for_after_done() {
    let mut upstream = Upstream::playing([head(), delta("Hi"), finish("stop"), done(), Step::Hang]).await;
    let events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    listen_to_the_end(events).await.completely("Hi");
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn an_answer_may_come_in_one_piece() {
    let message = json!({ "role": "assistant", "content": "<think>Hm</think>Hi" });
    let whole = json!({
        "object": "chat.completion",
        "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 2 },
    });
    let told = told([answer_json(200, &whole)]).await;
    told.completely("Hi");
    assert_eq!(told.reasoning, "Hm");
    assert_eq!(told.exit.result.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 2 }));
}

/// Whether an answer is whole, in every way in which it may end.
#[tokio::test]
async fn an_answer_is_done_if_the_model_ended_it_of_itself() {
    for reason in ["stop", "STOP", "eos", "eos_token", "end_turn", "stop_sequence"] {
        let told = told([head(), delta("Hi"), finish(reason), done()]).await;
        assert_eq!((told.text.as_str(), told.exit.reason), ("Hi", Reason::Normal), "{reason}");
        assert_eq!(told.exit.result.finish_reason.as_deref(), Some(reason));
    }
    for reason in ["length", "max_tokens", "MAX_TOKENS", "model_length"] {
        let told = told([head(), delta("Hi"), finish(reason), done()]).await;
        assert_eq!(
            (told.exit.reason, told.exit.result.finish_reason.as_deref()),
            (Reason::Normal, Some("length")),
            "{reason}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_something_else_has_ended_has_failed_and_what_was_said_stays() {
    for (reason, why) in [
        ("content_filter", "A content filter at http://127.0.0.1:"),
        ("SAFETY", "A content filter at http://127.0.0.1:"),
        ("abort", "gave the reason abort."),
        ("cancelled", "gave the reason cancelled."),
        ("insufficient_system_resource", "gave the reason insufficient_system_resource."),
        ("tool_calls", "called a tool instead of answering"),
        ("function_call", "called a tool instead of answering"),
    ] {
        let cut = told([head(), delta("Hel"), finish(reason), usage(3, 1), done()]).await;
        cut.partly("Hel", why);
        assert_eq!(cut.exit.result.finish_reason.as_deref(), Some(reason));
        assert_eq!(cut.exit.result.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 1 }));
        told([head(), finish(reason), done()]).await.not_at_all(why);
        let whole = |text: &str| {
            let message = json!({ "role": "assistant", "content": text });
            answer_json(200, &json!({ "choices": [{ "message": message, "finish_reason": reason }] }))
        };
        told([whole("Hel")]).await.partly("Hel", why);
        told([whole("")]).await.not_at_all(why);
    }
}

#[tokio::test]
async fn an_answer_that_says_nothing_has_failed() {
    for text in ["", " \n", "\u{200b}"] {
        let told = told([head(), delta(text), finish("stop"), done()]).await;
        assert!(told.message().contains("sent an empty answer"), "{text:?} {told:?}");
    }
    told([head(), finish("stop"), done()]).await.not_at_all("sent an empty answer");
    told([head(), finish("length"), done()]).await.not_at_all("before the first word of its answer");
    told([head(), with_delta(&json!({ "role": "assistant" })), done()]).await.not_at_all("sent an empty answer");
    let message = json!({ "role": "assistant", "content": null });
    let whole = json!({ "choices": [{ "message": message, "finish_reason": "stop" }] });
    told([answer_json(200, &whole)]).await.not_at_all("sent an empty answer");
}

#[tokio::test]
async fn thoughts_alone_are_no_answer_and_stay() {
    for thought in [reasoning("Hm"), delta("<think>Hm"), delta("<think>Hm</think>\n")] {
        for (reason, why) in [("stop", "sent thoughts and no answer"), ("length", "token limit while it was thinking")]
        {
            let told = told([head(), thought.clone(), finish(reason), done()]).await;
            told.failed("", why);
            assert_eq!((told.reasoning.as_str(), told.exit.result.finish_reason.as_deref()), ("Hm", Some(reason)));
        }
    }
    let message = json!({ "role": "assistant", "content": "", "reasoning_content": "Hm" });
    let told = told([answer_json(200, &json!({ "choices": [{ "message": message, "finish_reason": "stop" }] }))]).await;
    told.failed("", "sent thoughts and no answer");
    assert_eq!(told.reasoning, "Hm");
}

#[tokio::test]
async fn the_word_of_the_worst_end_counts() {
    told([head(), delta("Hel"), finish("content_filter"), finish("stop"), done()])
        .await
        .partly("Hel", "A content filter");
    told([head(), delta("Hel"), finish("stop"), finish("content_filter"), done()])
        .await
        .partly("Hel", "A content filter");
    told([head(), delta("Hel"), finish("error"), done()]).await.partly("Hel", "ended its answer with an error");
    told([head(), delta("Hel"), finish("null"), done()]).await.partly("Hel", "without saying that it was complete");
}

#[tokio::test]
async fn a_word_of_an_end_in_every_event_ends_nothing() {
    let event = |text: &str| sse(&json!({ "choices": [{ "delta": { "content": text }, "finish_reason": "stop" }] }));
    let mut upstream =
        Upstream::playing([head(), event("Hel"), event("l"), Step::Wait, event("o"), done(), Step::Hang]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    heard(&mut events, "Hell").await;
    wait(Duration::from_secs(5)).await;
    connection.go();
    listen_to_the_end(events).await.completely("o");
}

/// The text of an answer up to here.
async fn heard(events: &mut EventStream, text: &str) {
    let mut heard = String::new();
    while heard.len() < text.len() {
        let Delta::Text(more) = next_delta(events).await else { panic!("it is text") };
        heard += &more;
    }
    assert_eq!(heard, text);
}

/// Lets so much time go by, not at once: a jump is a pause of this process, after which a server has a second more.
async fn wait(time: Duration) {
    const STEP: Duration = Duration::from_millis(100);
    for _ in 0..time.as_millis() / STEP.as_millis() {
        advance(STEP).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_word_of_an_end_beside_the_first_words_ends_nothing() {
    let event = |text: &str| {
        sse(&json!({ "choices": [{ "delta": { "role": "assistant", "content": text }, "finish_reason": "stop" }] }))
    };
    let mut upstream = Upstream::playing([head(), event("Hel"), Step::Wait, event("lo"), done(), Step::Hang]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    heard(&mut events, "Hel").await;
    wait(Duration::from_secs(5)).await;
    connection.go();
    listen_to_the_end(events).await.completely("lo");
}

#[tokio::test]
async fn a_word_of_an_end_before_the_first_words_ends_nothing() {
    let role = sse(&json!({ "choices": [{ "delta": { "role": "assistant" }, "finish_reason": "stop" }] }));
    // Nothing is to be seen of the first event, so the progress shows that it was heard.
    let script = [head(), role, progress(350), Step::Wait, delta("Hello"), finish("stop"), done()];
    let mut upstream = Upstream::playing(script).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    assert_eq!(next_progress(&mut events).await, Progress::reading(35));
    wait(Duration::from_secs(5)).await;
    connection.go();
    listen_to_the_end(events).await.completely("Hello");
}

#[tokio::test]
async fn a_server_that_says_its_only_words_with_their_end_and_does_not_hang_up_is_given_up_and_all_is_there() {
    let event = |text: &str| sse(&json!({ "choices": [{ "delta": { "content": text }, "finish_reason": "stop" }] }));
    let settle = |settings: &mut openai::Upstream| settings.idle_timeout = Duration::from_millis(200);
    told_with([head(), event("Hi"), Step::Hang], settle).await.completely("Hi");
    // Words before them that came without an end show that this is one: it isn't waited for as long as for words.
    told([head(), delta("H"), event("i"), Step::Hang]).await.completely("Hi");
    told_with([head(), event("H"), event("i"), finish("stop"), Step::Hang], settle).await.completely("Hi");
}

#[tokio::test]
async fn a_word_that_nobody_knows_is_no_end_if_a_known_one_follows() {
    for word in ["generating", "normal", "null"] {
        let event = |text: &str| sse(&json!({ "choices": [{ "delta": { "content": text }, "finish_reason": word }] }));
        told([head(), event("Hel"), event("lo"), finish("stop"), done()]).await.completely("Hello");
    }
    let event = |text: &str| sse(&json!({ "choices": [{ "delta": { "content": text }, "finish_reason": "normal" }] }));
    let told = told([head(), event("Hel"), event("lo"), done()]).await;
    assert_eq!((told.text.as_str(), told.exit.reason), ("Hello", Reason::Normal), "{told:?}");
}

#[tokio::test]
async fn the_word_of_the_worst_end_counts_in_one_event_too() {
    let hel = json!({ "choices": [{ "delta": { "content": "Hel" }, "finish_reason": "content_filter" }] });
    let stop = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
    for body in [
        raw(json!([hel, stop]).to_string()),
        raw(format!("data: {hel}\ndata: {stop}\n\ndata: [DONE]\n\n")),
        raw(format!("data: {hel}{stop}\n\n")),
    ] {
        told([head(), body, Step::Close]).await.partly("Hel", "A content filter");
    }
}

#[tokio::test]
async fn what_is_said_before_a_bad_value_of_the_same_event_stays() {
    let hello = json!({ "choices": [{ "delta": { "content": "Hello" } }] });
    for (rest, why) in [
        ("{\"choices\":[{\"del", "without saying that it was complete"),
        ("oops\n\n", "This came: oops."),
        ("{\"error\":\"Out of memory\"}\n\n", "Out of memory"),
    ] {
        let body = format!("data: {hello}\ndata: {rest}");
        told([head(), raw(body), Step::Close]).await.partly("Hello", why);
    }
    let message = json!({ "choices": [{ "message": { "content": "Hello" }, "finish_reason": "stop" }] });
    told([head(), raw(json!([hello, message]).to_string()), Step::Close]).await.completely("Hello");
    told([head(), raw(format!("data: {hello}\ndata: {message}\n\n")), done()]).await.completely("Hello");
}

#[tokio::test]
async fn an_index_may_count_tokens() {
    let event = |index: u64, text: &str, reason: Value| {
        sse(&json!({ "choices": [{ "index": index, "delta": { "content": text }, "finish_reason": reason }] }))
    };
    for first in [0, 1] {
        let words = [(0, "I", Value::Null), (1, "'", Value::Null), (2, "m", json!("stop"))];
        let words = words.map(|(index, text, reason)| event(first + index, text, reason));
        told([vec![head()], words.into(), vec![done()]].concat()).await.completely("I'm");
    }
    told([head(), event(0, "I'", Value::Null), event(1, "m", json!("stop")), done()]).await.completely("I'm");
}

#[tokio::test]
async fn of_several_answers_one_is_read() {
    let event = |index: u64, text: &str, reason: Value| {
        sse(&json!({ "choices": [{ "index": index, "delta": { "content": text }, "finish_reason": reason }] }))
    };
    let null = || Value::Null;
    let events = [
        head(),
        event(0, "He", null()),
        event(1, "XX", null()),
        event(0, "llo", null()),
        event(1, "", json!("content_filter")),
        event(0, "", json!("stop")),
        done(),
    ];
    told(events).await.completely("Hello");
    told([head(), event(1, "Hello", null()), event(1, "", json!("stop")), done()]).await.completely("Hello");
    let both = json!({ "choices": [
        { "index": 0, "message": { "content": "Hello" }, "finish_reason": "stop" },
        { "index": 1, "message": { "content": "XX" }, "finish_reason": "length" },
    ] });
    told([answer_json(200, &both)]).await.completely("Hello");
}

#[tokio::test]
async fn a_tool_that_nobody_offered_is_no_answer() {
    let call =
        json!([{ "index": 0, "id": "1", "type": "function", "function": { "name": "clock", "arguments": "{}" } }]);
    let more = with_delta(&json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "}" } }] }));
    let why = "called the tool clock instead of answering";
    for delta in [
        json!({ "content": null, "tool_calls": call }),
        json!({ "function_call": { "name": "clock", "arguments": "" } }),
        json!({ "content": [{ "type": "tool_use", "name": "clock", "input": {} }] }),
    ] {
        for reason in ["tool_calls", "stop", "length"] {
            let events = [head(), with_delta(&delta), more.clone(), finish(reason), done()];
            told(events).await.not_at_all(why);
            let events = [
                head(),
                crate::support::fake_upstream::delta("Let me look."),
                with_delta(&delta),
                finish(reason),
                done(),
            ];
            told(events).await.partly("Let me look.", why);
        }
        let mut message = delta.clone();
        message["role"] = json!("assistant");
        let whole = json!({ "choices": [{ "message": message, "finish_reason": "tool_calls" }] });
        told([answer_json(200, &whole)]).await.not_at_all(why);
    }
}

#[tokio::test]
async fn what_can_not_be_shown_is_told_of() {
    for (delta, why) in [
        (
            json!({ "content": [{ "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==" } }] }),
            "a picture",
        ),
        (json!({ "content": "", "images": [{ "type": "image_url", "image_url": { "url": "x" } }] }), "a picture"),
        (json!({ "content": null, "audio": { "id": "a", "data": "AA==" } }), "sound"),
        (json!({ "content": [{ "type": "audio", "audio": {} }] }), "sound"),
        (json!({ "content": [{ "type": "video_url", "video_url": {} }] }), "a video"),
        (json!({ "content": [{ "type": "file", "file": {} }] }), "content of the type file"),
        (json!({ "content": { "chart": {} } }), "content of the type chart"),
        (json!({ "content": [{ "inlineData": { "mimeType": "image/png", "data": "AA" } }] }), "a picture"),
        (json!({ "image": "data:image/png;base64,AA==" }), "a picture"),
        (json!({ "video": { "url": "x" } }), "a video"),
    ] {
        let why = format!("answered with {why}, which can't be shown here");
        told([head(), with_delta(&delta), finish("stop"), done()]).await.not_at_all(&why);
        let events =
            [head(), crate::support::fake_upstream::delta("Look:"), with_delta(&delta), finish("stop"), done()];
        told(events).await.partly("Look:", &why);
        let whole = json!({ "choices": [{ "message": delta, "finish_reason": "stop" }] });
        told([answer_json(200, &whole)]).await.not_at_all(&why);
    }
}

#[tokio::test]
async fn a_refusal_of_the_model_is_its_answer() {
    let refusal = || with_delta(&json!({ "content": null, "refusal": "No." }));
    told([head(), refusal(), finish("stop"), done()]).await.completely("No.");
    told([head(), refusal(), finish("content_filter"), done()]).await.partly("No.", "A content filter");
    let whole = json!({ "choices": [{ "message": { "content": null, "refusal": "No." }, "finish_reason": "stop" }] });
    told([answer_json(200, &whole)]).await.completely("No.");
}

#[tokio::test]
async fn one_that_goes_on_may_have_nothing_to_add() {
    let upstream = Upstream::playing([head(), finish("stop"), done()]).await;
    listen_to_the_end(ask(settings(&upstream), unfinished())).await.completely("");
}

// Bodies that are something else than their label says

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
async fn an_answer_is_read_as_what_it_is_whatever_it_is_called() {
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
            let told = told([labelled(label, body)]).await;
            assert_eq!((told.text.as_str(), told.exit.reason), ("Hello", Reason::Normal), "{label}: {body} {told:?}");
        }
    }
}

#[tokio::test]
async fn lines_of_json_are_told_as_they_come() {
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
async fn an_error_is_read_as_one_wherever_it_stands() {
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
                told([labelled(label, &json!([part, error]).to_string())]).await.partly("Hel", "Out of memory");
            }
            for body in [error.to_string(), pretty.clone(), format!("\n{error}\n"), events(&[&error])] {
                told([labelled(label, &body)]).await.not_at_all("Out of memory");
            }
            for body in [
                events(&[&part]) + &lines(&[&error]),
                events(&[&part]) + &lines(&[&error]) + "\ndata: [DONE]\n\n",
                events(&[&part, &error]),
                lines(&[&part, &error]),
                format!("data: {part}\n{error}"),
                events(&[&part]) + &pretty,
            ] {
                told([labelled(label, &body)]).await.partly("Hel", "Out of memory");
            }
        }
    }
}

#[tokio::test]
async fn a_compressed_answer_is_read_or_named() {
    let text = [delta("Hel"), delta("lo"), finish("stop"), done()].map(sent).concat();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&text).unwrap();
    let gzip = gzip.finish().unwrap();
    let body = |label: &str, body: &[u8]| Step::Send([&sent(labelled(label, ""))[..], body].concat().into());
    for label in ["content-encoding: gzip", "content-encoding: x-gzip", "x-no-label: none", "content-encoding: br"] {
        told([body(label, &gzip)]).await.completely("Hello");
        told([body(label, &text)]).await.completely("Hello");
    }
    told([body("content-encoding: gzip", &gzip[..gzip.len() - 8]), Step::Close]).await.completely("Hello");
    let mut damaged = GzEncoder::new(Vec::new(), Compression::default());
    damaged.write_all(&sent(delta("Hel"))).unwrap();
    damaged.flush().unwrap();
    let cut = damaged.get_ref().clone();
    told([body("content-encoding: gzip", &cut), Step::Close])
        .await
        .partly("Hel", "without saying that it was complete");
    let damaged = [&cut[..], &[0xff; 9]].concat();
    let why = "sent its answer compressed (gzip), which wasn't asked for and can't be read";
    told([body("content-encoding: gzip", &damaged), Step::Close]).await.partly("Hel", why);
    let why = "sent its answer compressed (br), which wasn't asked for";
    told([body("content-encoding: br", b"\x8b\x03\x80hello")]).await.not_at_all(why);
    let mut upstream = Upstream::playing([head(), delta("Hi"), finish("stop"), done()]).await;
    let _events = ask(settings(&upstream), question());
    assert_eq!(upstream.connection().await.request.headers["accept-encoding"], "identity");
}

#[tokio::test]
async fn what_is_compressed_is_told_as_it_comes() {
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
async fn what_is_no_answer_is_quoted_whatever_it_is_called() {
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
            told([labelled(label, body)]).await.not_at_all(why);
        }
    }
}

// Answers that break off

#[tokio::test]
async fn an_answer_that_just_ends_may_be_incomplete() {
    told([head(), delta("Hel"), Step::Close]).await.partly("Hel", "without saying that it was complete");
}

#[tokio::test]
async fn half_an_event_at_the_end_is_a_cut() {
    let half = raw("data: {\"choices\":[{\"delta\":{\"content\":\"lo");
    told([head(), delta("Hel"), half, Step::Close]).await.partly("Hel", "without saying that it was complete");
}

#[tokio::test]
async fn done_without_a_finish_reason_is_no_end() {
    told([head(), delta("Hel"), done()]).await.partly("Hel", "without saying that it was complete");
}

#[tokio::test]
async fn a_connection_that_is_cut_leaves_what_was_said() {
    for cut in [Step::Close, Step::Reset] {
        // Waits before it cuts, since a RST may overtake what was written before it.
        let script = [chunked_head(), chunk(delta("Hel")), Step::Wait, cut];
        let mut upstream = Upstream::playing(script).await;
        let mut events = ask(settings(&upstream), question());
        let connection = upstream.connection().await;
        while soon("the first word", events.next()).await
            != Some(Event::Item(AnswerItem::Delta(Delta::Text("Hel".into()))))
        {}
        connection.go();
        listen_to_the_end(events).await.partly("", "The connection to http://127.0.0.1:");
    }
}

#[tokio::test]
async fn an_error_may_come_mid_stream_in_every_dialect() {
    for error in [
        sse(&json!({ "error": { "message": "Out of memory", "type": "server_error", "code": 500 } })),
        sse(&json!({ "error": { "message": "Out of memory", "code": "oom" } })),
        sse(&json!({ "error": "Out of memory" })),
        sse(&json!({ "object": "error", "message": "Out of memory", "code": 40303 })),
        raw("error: {\"code\":500,\"message\":\"Out of memory\"}\n\n"),
        raw("event: error\ndata: {\"message\":\"Out of memory\"}\n\n"),
        sse(&json!({
            "error": { "code": 502, "message": "Out of memory" },
            "choices": [{ "delta": { "content": "" }, "finish_reason": "error" }],
        })),
    ] {
        told([head(), delta("Hel"), error.clone(), done()]).await.partly("Hel", "Out of memory");
        told([head(), error, done()]).await.not_at_all("Out of memory");
    }
}

#[tokio::test]
async fn an_answer_that_finishes_with_an_error_has_failed() {
    told([head(), delta("Hel"), finish("error"), done()]).await.failed("Hel", "ended its answer with an error");
}

#[tokio::test]
async fn what_was_said_before_the_rubbish_stays() {
    told([head(), delta("Hel"), raw("data: rubbish\n\n")]).await.partly("Hel", "rubbish");
}

#[tokio::test]
async fn a_line_without_an_end_is_cut_off() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Flood(vec![b'x'; 64 * 1024].into())]).await;
    let events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    listen_to_the_end(events).await.partly("Hel", "sent more at once");
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let idle = Duration::from_millis(100);
    let told = told_with([head(), delta("Hel"), Step::Hang], |settings| settings.idle_timeout = idle).await;
    told.partly("Hel", "has sent nothing for 100 ms");
}

#[tokio::test]
async fn waiting_for_the_first_word_is_thinking_and_has_its_own_patience() {
    let settle = |settings: &mut openai::Upstream| {
        settings.idle_timeout = Duration::from_millis(1);
        settings.header_timeout = Duration::from_millis(200);
    };
    told_with([Step::Hang], settle).await.not_at_all("has sent nothing for 200 ms");
    told_with([head(), Step::Hang], settle).await.not_at_all("has sent nothing for 200 ms");
}

#[tokio::test]
async fn comments_are_signs_of_life() {
    let idle = Duration::from_millis(1500);
    let mut upstream = Upstream::playing([head(), delta("H"), Step::Flood(b": keep-alive\n\n".to_vec().into())]).await;
    let mut settings = settings(&upstream);
    settings.idle_timeout = idle;
    let events = ask(settings, question());
    let connection = upstream.connection().await;
    let mut events = events;
    let listening = async { while events.next().await.is_some_and(|event| !matches!(event, Event::Exit(_))) {} };
    assert!(tokio::time::timeout(idle * 2, listening).await.is_err(), "it was taken for dead");
    drop(events);
    connection.closed_by_peer().await;
}

// Waiting

/// What llama-server says while it reads a prompt of 1000 tokens.
fn progress(processed: u64) -> Step {
    let progress = json!({ "total": 1000, "cache": 0, "processed": processed, "time_ms": 5 });
    let delta = json!({ "role": "assistant", "content": null });
    sse(&json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }], "prompt_progress": progress }))
}

/// What llama-server answers while it loads.
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

#[tokio::test]
async fn how_far_a_prompt_is_read_is_told_and_is_no_answer() {
    let script = [head(), progress(0), Step::Wait, progress(350), Step::Wait, delta("Hi"), finish("stop"), done()];
    let mut upstream = Upstream::playing(script).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    for percent in [0, 35] {
        assert_eq!(next_progress(&mut events).await, Progress::reading(percent));
        connection.go();
    }
    let told = listen_to_the_end(events).await;
    told.completely("Hi");
    assert_eq!(told.reasoning, "");
    self::told([head(), progress(1000), Step::Close]).await.not_at_all("sent an empty answer");
}

#[tokio::test]
async fn a_server_that_says_how_far_it_has_read_is_not_given_up() {
    let script = [head(), progress(1), Step::Flood(sent(progress(2)))];
    let mut upstream = Upstream::playing(script).await;
    let mut settings = settings(&upstream);
    settings.header_timeout = Duration::from_millis(200);
    settings.idle_timeout = Duration::from_secs(5);
    let mut events = ask(settings, question());
    let connection = upstream.connection().await;
    let listening = async { while events.next().await.is_some_and(|event| !matches!(event, Event::Exit(_))) {} };
    assert!(tokio::time::timeout(Duration::from_secs(1), listening).await.is_err(), "it was taken for dead");
    drop(events);
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn a_server_that_says_that_it_reads_and_then_nothing_is_given_up() {
    let settle = |settings: &mut openai::Upstream| {
        settings.idle_timeout = Duration::from_millis(50);
        settings.header_timeout = Duration::from_millis(200);
    };
    told_with([head(), progress(1), Step::Hang], settle).await.not_at_all("has sent nothing for 200 ms");
}

#[tokio::test]
async fn a_kill_while_a_prompt_is_read_reaches_the_server() {
    let mut upstream = Upstream::playing([head(), progress(1), Step::Flood(sent(progress(2)))]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    next_progress(&mut events).await;
    drop(events);
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn while_a_server_loads_its_model_the_question_waits_and_says_so() {
    let scripts = [loading(), loading(), vec![head(), delta("Hi"), finish("stop"), done()]];
    let upstream = Upstream::playing_in_turn(scripts).await;
    let mut events = ask(settings(&upstream), question());
    assert_eq!(next_progress(&mut events).await, Progress::LOADING);
    listen_to_the_end(events).await.completely("Hi");
    assert_eq!(upstream.requests().len(), 3);
}

#[tokio::test]
async fn a_model_that_is_loading_is_waited_for_where_none_is_named_too() {
    let upstream = Upstream::listing_and_playing(loading(), [head(), finish("stop"), done()]).await;
    let mut events = ask(settings(&upstream), ChatRequest { model: String::new(), ..question() });
    assert_eq!(next_progress(&mut events).await, Progress::LOADING);
    drop(events);
}

#[tokio::test]
async fn a_model_that_loads_for_too_long_is_given_up() {
    let settle = |settings: &mut openai::Upstream| settings.header_timeout = Duration::from_millis(700);
    told_with(loading(), settle).await.not_at_all("was still loading its model after 700 ms, so it was given up.");
}

#[tokio::test]
async fn a_kill_while_a_model_loads_asks_no_more() {
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

#[tokio::test]
async fn a_list_that_takes_longer_than_a_page_would_wait_fails_no_question() {
    let list = [Step::Wait, models(&["late"])];
    let mut upstream = Upstream::listing_and_playing(list, [head(), delta("Hi"), finish("stop"), done()]).await;
    let events = ask(settings(&upstream), ChatRequest { model: String::new(), ..question() });
    let listed = upstream.list().await;
    advance(Duration::from_secs(6)).await;
    listed.go();
    listen_to_the_end(events).await.completely("Hi");
    assert_eq!(upstream.connection().await.request.body["model"], "late");
}

#[tokio::test]
async fn a_server_without_a_list_is_asked_without_a_name_if_there_is_none() {
    for status in [400, 404, 405, 410, 501] {
        let script = [head(), delta("Hi"), finish("stop"), done()];
        let mut upstream = Upstream::listing_and_playing([answer(status, &[], "no such thing")], script).await;
        listen_to_the_end(ask(settings(&upstream), ChatRequest { model: String::new(), ..question() }))
            .await
            .completely("Hi");
        assert_eq!(upstream.connection().await.request.body.get("model"), None);
    }
}

#[tokio::test]
async fn one_that_lists_no_models_and_wants_a_name_is_told_apart_and_so_is_the_option_that_names_one() {
    for (list, why) in [
        (answer(200, &["content-type: text/html"], "<title>My app</title>"), "a web page, “My app”"),
        (answer(200, &[], ""), "sent nothing"),
        (answer_json(200, &json!({ "error": "not here" })), "reports an error: not here"),
        (answer_json(401, &json!({ "error": "no key" })), "give it with --api-key"),
        (answer(500, &[], "Oops"), "failed (500): Oops."),
    ] {
        let upstream = Upstream::listing_and_playing([list], [head()]).await;
        let told =
            listen_to_the_end(ask(settings(&upstream), ChatRequest { model: String::new(), ..question() })).await;
        told.not_at_all(why);
        told.not_at_all("It was asked for its models, since none was named. The name of a model can be typed, or given with --model");
    }
    for (status, body) in [(400, json!({ "error": "model is required" })), (422, json!({ "detail": "no model" }))] {
        let refusal = answer_json(status, &body);
        let upstream = Upstream::listing_and_playing([answer(404, &[], "no such thing")], [refusal]).await;
        let told =
            listen_to_the_end(ask(settings(&upstream), ChatRequest { model: String::new(), ..question() })).await;
        told.not_at_all("has no /models that lists one: give its name with --model");
    }
}

// Room

#[tokio::test]
async fn a_conversation_that_is_too_long_is_known_as_such() {
    let json = &["content-type: application/json"][..];
    for script in [
        vec![answer(400, json, r#"{"error":{"code":"context_length_exceeded","message":"Too many tokens"}}"#)],
        vec![answer(400, json, r#"{"error":{"message":"the request exceeds the available context size"}}"#)],
        vec![head(), sse(&json!({ "error": { "message": "the request exceeds the available context size" } }))],
    ] {
        let told = told(script).await;
        told.not_at_all("The conversation is too long for the model: edit an earlier question, or begin a new chat.");
        assert!(told.exit.result.full);
    }
    assert!(!told([answer(400, json, r#"{"error":"Too hot"}"#)]).await.exit.result.full);
}

#[tokio::test]
async fn an_answer_that_filled_the_context_is_told_from_one_that_reached_its_limit() {
    let head_of =
        |server| raw(format!("HTTP/1.1 200 OK\r\nserver: {server}\r\ncontent-type: text/event-stream\r\n\r\n"));
    for (server, limit, full) in [("llama.cpp", None, true), ("llama.cpp", Some(5), false), ("other", None, false)] {
        let upstream = Upstream::playing([head_of(server), delta("Hi"), finish("length"), usage(5, 5), done()]).await;
        let mut request = question();
        request.options.extend(limit.map(|limit| ("max_tokens".to_owned(), json!(limit))));
        let told = listen_to_the_end(ask(settings(&upstream), request)).await;
        assert_eq!(
            (told.exit.result.finish_reason.as_deref(), told.exit.result.full),
            (Some("length"), full),
            "{server} {limit:?}"
        );
    }
}

// Words that are passed on

#[tokio::test]
async fn every_word_of_a_server_is_cut_and_holds_no_secret() {
    let key = "sk-0123456789abcdef";
    let long = format!("{key} {}", "x".repeat(100_000));
    let told =
        told_with([head(), delta("Hi"), finish(&long), done()], |settings| settings.api_key = Some(key.into())).await;
    let reason = told.exit.result.finish_reason.as_deref().unwrap();
    assert!(reason.chars().count() < 100 && !reason.contains("sk-"), "{reason}");
    let headers = [format!("location: https://elsewhere.example/{key}/{}", "x".repeat(10_000))];
    let headers = headers.iter().map(String::as_str).collect::<Vec<_>>();
    let told = told_with([answer(301, &headers, "")], |settings| settings.api_key = Some(key.into())).await;
    assert!(told.message().len() < 600 && !told.message().contains("sk-"), "{}", told.message());
}

#[tokio::test]
async fn credentials_in_the_url_are_never_shown() {
    // `gardener:p@ssword/1` and its Base64, as `Authorization: Basic` has it.
    let words = "gardener p@ssword/1 p%40ssword%2F1 Z2FyZGVuZXI6cEBzc3dvcmQvMQ==";
    for body in [json!({ "error": { "message": words } }).to_string(), words.to_owned()] {
        let told = told_with([answer(401, &[], &body)], |settings| {
            settings.url.set_username("gardener").unwrap();
            settings.url.set_password(Some("p@ssword/1")).unwrap();
        })
        .await;
        told.not_at_all("[key] [key] [key] [key]");
        assert!(!told.exit.log_message.clone().unwrap().contains("ssword"), "{:?}", told.exit);
    }
}

// No answer at all

#[tokio::test]
async fn an_empty_answer_is_none() {
    told([head(), Step::Close]).await.not_at_all("sent an empty answer");
    told([raw("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")]).await.not_at_all("sent an empty answer");
    told([raw("HTTP/1.1 204 No Content\r\n\r\n")]).await.not_at_all("sent an empty answer");
}

#[tokio::test]
async fn json_in_place_of_a_stream_may_be_an_error_or_rubbish() {
    told([answer_json(200, &json!({ "error": { "message": "No GPU" } }))]).await.not_at_all("No GPU");
    told([answer_json(200, &json!({ "status": "ok" }))]).await.not_at_all("something else than was asked for");
    told([answer(200, &["content-type: application/json"], "oops")]).await.not_at_all("oops");
    told([answer(200, &["content-type: application/json"], "")]).await.not_at_all("sent an empty answer");
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let page = "<!doctype html><title>Welcome to nginx!</title><p>…";
    let told = told([answer(200, &["content-type: text/html"], page)]).await;
    told.not_at_all("a web page, “Welcome to nginx!”");
}

#[tokio::test]
async fn a_refusal_says_what_to_do_in_whatever_words_it_came() {
    let json = &["content-type: application/json"][..];
    for (step, why) in [
        (answer(401, json, r#"{"detail":"Not authenticated"}"#), "Not authenticated. If it wants a key, give it with"),
        (answer(403, json, r#"{"error":"Forbidden"}"#), "Forbidden. If it wants a key, give it with --api-key"),
        (answer(404, json, r#"{"error":{"message":"model 'x' not found"}}"#), "model 'x' not found. Check the model"),
        (answer(404, &[], "404 page not found"), "404 page not found. Check the model's name, and that the URL"),
        (answer(400, json, r#"{"error":{"message":"Too long","code":400}}"#), "refused the request (400): Too long."),
        (answer(422, json, r#"{"detail":[{"loc":["body"],"msg":"bad"}]}"#), "refused the request (422): bad."),
        (
            answer(429, &["retry-after: 20"], "Slow down"),
            "had enough for now (429): Slow down. Try again in 20 seconds.",
        ),
        (answer(429, &[], ""), "had enough for now (429). Try again later."),
        (
            answer(429, &["retry-after: Wed, 21 Oct 2026 07:28:00 GMT"], "no"),
            "Try again after Wed, 21 Oct 2026 07:28:00 GMT.",
        ),
        (answer(500, &[], "Internal Server Error"), "failed (500): Internal Server Error."),
        (answer(500, json, r#"{"error":{"code":"x","message":"Boom"}}"#), "failed (500): Boom."),
        (answer(502, &["content-type: text/html"], "<html><title>502 Bad Gateway</title>"), "“502 Bad Gateway”."),
        (answer(503, &["retry-after: 2"], "Overloaded"), "failed (503): Overloaded. Try again in 2 seconds."),
        (answer(503, json, r#"{"error":{"message":"Failed loading model"}}"#), "failed (503): Failed loading model."),
        (answer(500, json, ""), "failed (500)."),
    ] {
        told([step]).await.not_at_all(why);
    }
}

#[tokio::test]
async fn a_refused_key_is_named_as_such_and_never_shown() {
    let key = "sk-0123456789abcdef";
    let bodies = [
        json!({ "error": { "message": format!("Incorrect API key provided: {key}.") } }).to_string(),
        format!("Bearer {key} is unknown"),
        format!("{}{key}", "x".repeat(290)),
    ];
    for body in bodies {
        let told = told_with([answer(401, &[], &body)], |settings| settings.api_key = Some(key.into())).await;
        told.not_at_all("refused the key (401)");
        assert!(!told.message().contains(&key[..6]), "{}", told.message());
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_but_told_of() {
    for to in ["https://me:secret@elsewhere.example/v1?key=secret", "/v2"] {
        let upstream = Upstream::playing([answer(301, &[&format!("location: {to}")], "")]).await;
        let told = listen_to_the_end(ask(settings(&upstream), question())).await;
        told.not_at_all("points elsewhere (301), to http");
        assert!(!told.message().contains("secret"));
        assert_eq!(upstream.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_long_refusal_is_quoted_in_part() {
    let told = told([answer(500, &[], &"very ".repeat(10_000))]).await;
    told.not_at_all("very very");
    assert!(told.message().len() < 500);
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_told_of() {
    for end in [Step::Close, Step::Reset] {
        told([end]).await.not_at_all("broke the connection off without an answer");
    }
    told([raw("SSH-2.0-OpenSSH_9.2\r\n")]).await.not_at_all("broke the connection off without an answer");
}

#[tokio::test]
async fn where_nobody_listens_the_page_is_told_where_that_is() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = parse_url(&format!("http://me:secret@{address}/v1")).unwrap();
    let told = listen_to_the_end(ask(openai::Upstream::new(url), question())).await;
    told.not_at_all(&format!("Nothing answers at http://{address}/v1. Is the model server running"));
    assert!(!told.message().contains("secret"));
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_is_given_up() {
    // A queue that is full: the kernel answers to nobody else.
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _in_the_queue = std::net::TcpStream::connect(address).unwrap();
    let mut settings = openai::Upstream::new(parse_url(&format!("http://{address}/v1")).unwrap());
    settings.connect_timeout = Duration::from_millis(300);
    listen_to_the_end(ask(settings, question())).await.not_at_all("can't be reached: no connection within 300 ms");
}

#[tokio::test]
async fn tls_with_a_server_that_speaks_none_is_told_of() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = parse_url(&format!("https://{}/v1", listener.local_addr().unwrap())).unwrap();
    let plain = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream
    });
    let told = listen_to_the_end(ask(openai::Upstream::new(url), question())).await;
    told.not_at_all("If it speaks plain HTTP, its URL begins with http://");
    drop(plain.await);
}

// Kills

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

/// Lets go of an answer once this many deltas have come, and sees that the server's connection dies of it.
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
async fn a_kill_before_the_head_reaches_the_server() {
    kill_after(0, [Step::Hang]).await;
}

#[tokio::test]
async fn a_kill_before_the_first_word_reaches_the_server() {
    kill_after(0, [head(), Step::Hang]).await;
    kill_after(0, [chunked_head(), chunk(raw(": thinking\n\n")), Step::Hang]).await;
}

#[tokio::test]
async fn a_kill_while_the_model_thinks_reaches_the_server() {
    kill_after(1, [head(), reasoning("Hm"), Step::Hang]).await;
}

#[tokio::test]
async fn a_kill_mid_stream_reaches_the_server() {
    kill_after(1, [head(), delta("Hel"), Step::Hang]).await;
    kill_after(1, [chunked_head(), chunk(delta("Hel")), Step::Hang]).await;
}

#[tokio::test]
async fn a_kill_in_a_flood_reaches_the_server() {
    kill_after(100, [head(), flood()]).await;
}

#[tokio::test]
async fn a_kill_during_a_refusal_reaches_the_server() {
    kill_after(0, [raw("HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\nx"), Step::Hang]).await;
}

#[tokio::test]
async fn a_kill_after_the_end_reaches_the_server() {
    kill_after(1, [head(), delta("Hi"), finish("stop"), Step::Hang]).await;
}

/// As many deltas as are taken, 1 KiB each.
fn flood() -> Step {
    Step::Flood(sent(delta(&"x".repeat(1024))))
}

#[tokio::test]
async fn a_page_that_does_not_read_stops_the_server() {
    let mut upstream = Upstream::playing([head(), flood()]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    next_delta(&mut events).await;
    connection.stalled().await;
    let written = connection.written();
    assert!(written < 8 << 20, "{written} bytes are held for a page that doesn't read");
    // It goes on as soon as the page does.
    while connection.written() < written + (1 << 20) {
        next_delta(&mut events).await;
    }
    connection.stalled().await;
    drop(events);
    connection.closed_by_peer().await;
}
