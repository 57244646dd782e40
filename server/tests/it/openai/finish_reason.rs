//! The finish reason decides whether an answer is complete.

use super::{
    ask, next_delta, next_progress, progress, question, read_reply, reply_to, reply_with, settings, with_delta,
};
use crate::support::{
    advance,
    fake_upstream::{Step, Upstream, answer_json, delta, done, finish, head, raw, sse, usage},
};
use app::chat::protocol::{answer::EventStream, message::Delta, progress::Progress, usage::Usage};
use serde_json::json;
use server::models::openai;
use starcrossed::Reason;
use std::time::Duration;

/// Every finish reason of a complete answer.
#[tokio::test]
async fn an_answer_is_complete_if_the_model_ended_it() {
    for reason in ["stop", "STOP", "eos", "eos_token", "end_turn", "stop_sequence"] {
        let reply = reply_to([head(), delta("Hi"), finish(reason), done()]).await;
        assert_eq!((reply.text.as_str(), reply.exit.reason), ("Hi", Reason::Normal), "{reason}");
        assert_eq!(reply.exit.result.finish_reason.as_deref(), Some(reason));
    }
    for reason in ["length", "max_tokens", "MAX_TOKENS", "model_length"] {
        let reply = reply_to([head(), delta("Hi"), finish(reason), done()]).await;
        assert_eq!(
            (reply.exit.reason, reply.exit.result.finish_reason.as_deref()),
            (Reason::Normal, Some("length")),
            "{reason}"
        );
    }
}

#[tokio::test]
async fn an_answer_ended_by_anything_else_has_failed() {
    for (reason, why) in [
        ("content_filter", "A content filter at http://127.0.0.1:"),
        ("SAFETY", "A content filter at http://127.0.0.1:"),
        ("abort", "gave the reason abort."),
        ("cancelled", "gave the reason cancelled."),
        ("insufficient_system_resource", "gave the reason insufficient_system_resource."),
        ("tool_calls", "called a tool instead of answering"),
        ("function_call", "called a tool instead of answering"),
    ] {
        let cut = reply_to([head(), delta("Hel"), finish(reason), usage(3, 1), done()]).await;
        cut.assert_incomplete("Hel", why);
        assert_eq!(cut.exit.result.finish_reason.as_deref(), Some(reason));
        assert_eq!(cut.exit.result.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 1 }));
        reply_to([head(), finish(reason), done()]).await.assert_failed(why);
        let whole = |text: &str| {
            let message = json!({ "role": "assistant", "content": text });
            answer_json(200, &json!({ "choices": [{ "message": message, "finish_reason": reason }] }))
        };
        reply_to([whole("Hel")]).await.assert_incomplete("Hel", why);
        reply_to([whole("")]).await.assert_failed(why);
    }
}

#[tokio::test]
async fn an_empty_text_has_failed() {
    for text in ["", " \n", "\u{200b}"] {
        let reply = reply_to([head(), delta(text), finish("stop"), done()]).await;
        assert!(reply.message().contains("sent an empty answer"), "{text:?} {reply:?}");
    }
    reply_to([head(), finish("stop"), done()]).await.assert_failed("sent an empty answer");
    reply_to([head(), finish("length"), done()]).await.assert_failed("before the first word of its answer");
    reply_to([head(), with_delta(&json!({ "role": "assistant" })), done()]).await.assert_failed("sent an empty answer");
    let message = json!({ "role": "assistant", "content": null });
    let whole = json!({ "choices": [{ "message": message, "finish_reason": "stop" }] });
    reply_to([answer_json(200, &whole)]).await.assert_failed("sent an empty answer");
}

#[tokio::test]
async fn the_worst_finish_reason_counts() {
    reply_to([head(), delta("Hel"), finish("content_filter"), finish("stop"), done()])
        .await
        .assert_incomplete("Hel", "A content filter");
    reply_to([head(), delta("Hel"), finish("stop"), finish("content_filter"), done()])
        .await
        .assert_incomplete("Hel", "A content filter");
    reply_to([head(), delta("Hel"), finish("error"), done()])
        .await
        .assert_incomplete("Hel", "ended its answer with an error");
    reply_to([head(), delta("Hel"), finish("null"), done()])
        .await
        .assert_incomplete("Hel", "without saying that it was complete");
}

#[tokio::test]
async fn a_finish_reason_in_every_event_ends_nothing() {
    let event = |text: &str| sse(&json!({ "choices": [{ "delta": { "content": text }, "finish_reason": "stop" }] }));
    let mut upstream =
        Upstream::playing([head(), event("Hel"), event("l"), Step::Wait, event("o"), done(), Step::Hang]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    expect_text(&mut events, "Hell").await;
    wait(Duration::from_secs(5)).await;
    connection.go();
    read_reply(events).await.assert_complete("o");
}

/// Reads as many deltas as make up this text, and checks it.
async fn expect_text(events: &mut EventStream, text: &str) {
    let mut heard = String::new();
    while heard.len() < text.len() {
        let Delta::Text(more) = next_delta(events).await else { panic!("it is text") };
        heard += &more;
    }
    assert_eq!(heard, text);
}

/// Advances the clock in small steps. A jump would count as a pause of this process, after which the server gets one
/// second more.
async fn wait(time: Duration) {
    const STEP: Duration = Duration::from_millis(100);
    for _ in 0..time.as_millis() / STEP.as_millis() {
        advance(STEP).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_finish_reason_beside_the_first_text_ends_nothing() {
    let event = |text: &str| {
        sse(&json!({ "choices": [{ "delta": { "role": "assistant", "content": text }, "finish_reason": "stop" }] }))
    };
    let mut upstream = Upstream::playing([head(), event("Hel"), Step::Wait, event("lo"), done(), Step::Hang]).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    expect_text(&mut events, "Hel").await;
    wait(Duration::from_secs(5)).await;
    connection.go();
    read_reply(events).await.assert_complete("lo");
}

#[tokio::test]
async fn a_finish_reason_before_the_first_text_ends_nothing() {
    let role = sse(&json!({ "choices": [{ "delta": { "role": "assistant" }, "finish_reason": "stop" }] }));
    // The first event has no visible effect, so the progress shows that it has been read.
    let script = [head(), role, progress(350), Step::Wait, delta("Hello"), finish("stop"), done()];
    let mut upstream = Upstream::playing(script).await;
    let mut events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    assert_eq!(next_progress(&mut events).await, Progress::reading(35));
    wait(Duration::from_secs(5)).await;
    connection.go();
    read_reply(events).await.assert_complete("Hello");
}

#[tokio::test]
async fn an_open_connection_after_the_finish_reason_times_out() {
    let event = |text: &str| sse(&json!({ "choices": [{ "delta": { "content": text }, "finish_reason": "stop" }] }));
    let settle = |settings: &mut openai::Upstream| settings.limits.idle_timeout = Duration::from_millis(200);
    reply_with([head(), event("Hi"), Step::Hang], settle).await.assert_complete("Hi");
    // Earlier text without a finish reason shows that this finish reason is real, so the shorter timeout applies.
    reply_to([head(), delta("H"), event("i"), Step::Hang]).await.assert_complete("Hi");
    reply_with([head(), event("H"), event("i"), finish("stop"), Step::Hang], settle).await.assert_complete("Hi");
}

#[tokio::test]
async fn an_unknown_finish_reason_yields_to_a_known_one() {
    for word in ["generating", "normal", "null"] {
        let event = |text: &str| sse(&json!({ "choices": [{ "delta": { "content": text }, "finish_reason": word }] }));
        reply_to([head(), event("Hel"), event("lo"), finish("stop"), done()]).await.assert_complete("Hello");
    }
    let event = |text: &str| sse(&json!({ "choices": [{ "delta": { "content": text }, "finish_reason": "normal" }] }));
    let reply = reply_to([head(), event("Hel"), event("lo"), done()]).await;
    assert_eq!((reply.text.as_str(), reply.exit.reason), ("Hello", Reason::Normal), "{reply:?}");
}

#[tokio::test]
async fn the_worst_finish_reason_within_one_event_counts() {
    let hel = json!({ "choices": [{ "delta": { "content": "Hel" }, "finish_reason": "content_filter" }] });
    let stop = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
    for body in [
        raw(json!([hel, stop]).to_string()),
        raw(format!("data: {hel}\ndata: {stop}\n\ndata: [DONE]\n\n")),
        raw(format!("data: {hel}{stop}\n\n")),
    ] {
        reply_to([head(), body, Step::Close]).await.assert_incomplete("Hel", "A content filter");
    }
}

#[tokio::test]
async fn done_without_a_finish_reason_is_incomplete() {
    reply_to([head(), delta("Hel"), done()]).await.assert_incomplete("Hel", "without saying that it was complete");
}

#[tokio::test]
async fn finish_reason_error_fails_the_answer() {
    reply_to([head(), delta("Hel"), finish("error"), done()])
        .await
        .assert_failed_after("Hel", "ended its answer with an error");
}

#[tokio::test]
async fn a_full_context_is_distinguished_from_max_tokens() {
    let head_of =
        |server| raw(format!("HTTP/1.1 200 OK\r\nserver: {server}\r\ncontent-type: text/event-stream\r\n\r\n"));
    for (server, limit, full) in [("llama.cpp", None, true), ("llama.cpp", Some(5), false), ("other", None, false)] {
        let upstream = Upstream::playing([head_of(server), delta("Hi"), finish("length"), usage(5, 5), done()]).await;
        let mut request = question();
        request.options.extend(limit.map(|limit| ("max_tokens".to_owned(), json!(limit))));
        let reply = read_reply(ask(settings(&upstream), request)).await;
        assert_eq!(
            (reply.exit.result.finish_reason.as_deref(), reply.exit.result.full),
            (Some("length"), full),
            "{server} {limit:?}"
        );
    }
}
