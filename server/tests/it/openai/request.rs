//! The request that a model server gets.

use super::{ask, question, read_reply, settings, unfinished};
use crate::support::{
    advance,
    fake_upstream::{Step, Upstream, answer, answer_json, chunk, delta, done, finish, head, last_chunk, models, raw},
    linked,
};
use app::chat::protocol::message::ChatRequest;
use serde_json::json;
use server::models::openai::Client;
use std::time::Duration;

#[tokio::test]
async fn the_request_is_what_the_page_asked() {
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
    read_reply(events).await.assert_complete("Hi");
}

#[tokio::test]
async fn no_authorization_is_sent_without_a_key() {
    let mut upstream = Upstream::playing([head(), finish("stop"), done()]).await;
    let mut settings = settings(&upstream);
    settings.api_key = Some(String::new());
    let _events = ask(settings, question());
    assert!(!upstream.connection().await.request.headers.contains_key("authorization"));
}

#[tokio::test]
async fn the_first_listed_model_answers_by_default() {
    let mut upstream = Upstream::playing([head(), finish("stop"), done()]).await;
    let _events = ask(settings(&upstream), ChatRequest { model: String::new(), ..question() });
    assert_eq!(upstream.connection().await.request.body["model"], "fake");
}

#[tokio::test]
async fn each_request_has_its_own_connection() {
    // The server promises to keep the connection and closes it. The next question must not use it.
    let head = raw(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nkeep-alive: timeout=5\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    let script = [head, chunk(delta("Hi")), chunk(finish("stop")), chunk(done()), last_chunk()];
    let upstream = Upstream::playing(script).await;
    let client = Client::new(settings(&upstream)).unwrap();
    for _ in 0..3 {
        let client = client.clone();
        let work = move |deltas| async move { client.reply(question(), deltas).await };
        read_reply(linked(work)).await.assert_complete("Hi");
    }
    assert_eq!(upstream.requests().len(), 3);
}

#[tokio::test]
async fn a_server_without_streaming_is_asked_for_a_whole_answer() {
    let refusal =
        json!({ "error": { "message": "Unsupported value: 'stream' does not support true.", "param": "stream" } });
    let whole = json!({ "choices": [{ "message": { "content": "Hi" }, "finish_reason": "stop" }] });
    let upstream = Upstream::playing_in_turn([vec![answer_json(400, &refusal)], vec![answer_json(200, &whole)]]).await;
    read_reply(ask(settings(&upstream), question())).await.assert_complete("Hi");
    let body = &upstream.requests()[1].body;
    assert_eq!((body.get("stream"), body.get("stream_options")), (None, None));
}

#[tokio::test]
async fn continuing_sends_continue_final_message() {
    let mut upstream = Upstream::playing([head(), delta("ld"), finish("stop"), done()]).await;
    let events = ask(settings(&upstream), unfinished());
    let body = upstream.connection().await.request.body;
    assert_eq!((&body["continue_final_message"], &body["add_generation_prompt"]), (&json!(true), &json!(false)));
    read_reply(events).await.assert_complete("ld");
}

#[tokio::test]
async fn a_server_that_cannot_continue_is_not_asked_again() {
    let refusal = json!({ "error": { "message": "continue_final_message is not supported for this model" } });
    let upstream = Upstream::playing([answer_json(400, &refusal)]).await;
    read_reply(ask(settings(&upstream), unfinished())).await.assert_failed("not supported for this model");
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn a_continued_answer_may_be_empty() {
    let upstream = Upstream::playing([head(), finish("stop"), done()]).await;
    read_reply(ask(settings(&upstream), unfinished())).await.assert_complete("");
}

#[tokio::test]
async fn a_slow_list_fails_no_question() {
    let list = [Step::Wait, models(&["late"])];
    let mut upstream = Upstream::listing_and_playing(list, [head(), delta("Hi"), finish("stop"), done()]).await;
    let events = ask(settings(&upstream), ChatRequest { model: String::new(), ..question() });
    let listed = upstream.list().await;
    advance(Duration::from_secs(6)).await;
    listed.go();
    read_reply(events).await.assert_complete("Hi");
    assert_eq!(upstream.connection().await.request.body["model"], "late");
}

#[tokio::test]
async fn a_server_without_a_list_is_asked_without_a_model() {
    for status in [400, 404, 405, 410, 501] {
        let script = [head(), delta("Hi"), finish("stop"), done()];
        let mut upstream = Upstream::listing_and_playing([answer(status, &[], "no such thing")], script).await;
        read_reply(ask(settings(&upstream), ChatRequest { model: String::new(), ..question() }))
            .await
            .assert_complete("Hi");
        assert_eq!(upstream.connection().await.request.body.get("model"), None);
    }
}

#[tokio::test]
async fn a_missing_model_name_is_reported_with_the_model_option() {
    for (list, why) in [
        (answer(200, &["content-type: text/html"], "<title>My app</title>"), "a web page, “My app”"),
        (answer(200, &[], ""), "sent nothing"),
        (answer_json(200, &json!({ "error": "not here" })), "reports an error: not here"),
        (answer_json(401, &json!({ "error": "no key" })), "give it with --api-key"),
        (answer(500, &[], "Oops"), "failed (500): Oops."),
    ] {
        let upstream = Upstream::listing_and_playing([list], [head()]).await;
        let reply = read_reply(ask(settings(&upstream), ChatRequest { model: String::new(), ..question() })).await;
        reply.assert_failed(why);
        reply.assert_failed("It was asked for its models, since none was named. The name of a model can be typed, or given with --model");
    }
    for (status, body) in [(400, json!({ "error": "model is required" })), (422, json!({ "detail": "no model" }))] {
        let refusal = answer_json(status, &body);
        let upstream = Upstream::listing_and_playing([answer(404, &[], "no such thing")], [refusal]).await;
        let reply = read_reply(ask(settings(&upstream), ChatRequest { model: String::new(), ..question() })).await;
        reply.assert_failed("has no /models that lists one: give its name with --model");
    }
}
