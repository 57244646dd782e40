//! The reasoning of a model, under every name and in every tag.

use super::{reply_to, with_delta};
use crate::support::fake_upstream::{answer_json, delta, done, finish, head, reasoning};
use serde_json::json;

#[tokio::test]
async fn reasoning_is_read_under_every_name() {
    let thoughts = [
        vec![reasoning("Hm")],
        vec![with_delta(&json!({ "reasoning": "Hm" }))],
        vec![with_delta(&json!({ "reasoning": "Hm", "reasoning_content": "Hm" }))],
        vec![delta("<thi"), delta("nk>\nH"), delta("m</thi"), delta("nk>\n\n")],
    ];
    for thought in thoughts {
        let reply = reply_to([vec![head()], thought, vec![delta("Hi"), finish("stop"), done()]].concat()).await;
        reply.assert_complete("Hi");
        assert_eq!(reply.reasoning, "Hm");
    }
}

#[tokio::test]
async fn reasoning_that_began_in_the_prompt_is_recognised() {
    for thought in [
        vec![delta("H"), delta("m"), delta("</think>")],
        vec![delta("Hm</thi"), delta("nk>\n\n")],
        vec![delta("H"), delta("m<"), delta("/"), delta("think>\n")],
        vec![with_delta(&json!({ "content": [{ "type": "text", "text": "Hm</think>" }] }))],
    ] {
        let reply = reply_to([vec![head()], thought, vec![delta("Hi"), finish("stop"), done()]].concat()).await;
        reply.assert_complete("Hi");
        assert_eq!(reply.reasoning, "Hm");
    }
    let message = json!({ "content": "Hm</think>\n\nHi" });
    let reply =
        reply_to([answer_json(200, &json!({ "choices": [{ "message": message, "finish_reason": "stop" }] }))]).await;
    reply.assert_complete("Hi");
    assert_eq!(reply.reasoning, "Hm");
    reply_to([head(), delta("</think>Hi"), finish("stop"), done()]).await.assert_complete("Hi");
    let alone = reply_to([head(), delta("Hm</think>\n"), finish("stop"), done()]).await;
    alone.assert_failed_after("", "sent thoughts and no answer");
    assert_eq!(alone.reasoning, "Hm");
}

#[tokio::test]
async fn reasoning_is_read_in_every_tag() {
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
        let reply = reply_to(events).await;
        reply.assert_complete("Hi");
        assert_eq!(reply.reasoning, "Hm", "{open} {close}");
    }
    let reply = reply_to([head(), reasoning("Hm"), delta("</think>"), delta("\n\nHi"), finish("stop"), done()]).await;
    reply.assert_complete("Hi");
    assert_eq!(reply.reasoning, "Hm");
}

#[tokio::test]
async fn half_a_tag_at_the_end_is_text() {
    reply_to([head(), delta("<thi"), finish("stop"), done()]).await.assert_complete("<thi");
}

#[tokio::test]
async fn reasoning_alone_is_no_answer_and_stays() {
    for thought in [reasoning("Hm"), delta("<think>Hm"), delta("<think>Hm</think>\n")] {
        for (reason, why) in [("stop", "sent thoughts and no answer"), ("length", "token limit while it was thinking")]
        {
            let reply = reply_to([head(), thought.clone(), finish(reason), done()]).await;
            reply.assert_failed_after("", why);
            assert_eq!((reply.reasoning.as_str(), reply.exit.result.finish_reason.as_deref()), ("Hm", Some(reason)));
        }
    }
    let message = json!({ "role": "assistant", "content": "", "reasoning_content": "Hm" });
    let reply =
        reply_to([answer_json(200, &json!({ "choices": [{ "message": message, "finish_reason": "stop" }] }))]).await;
    reply.assert_failed_after("", "sent thoughts and no answer");
    assert_eq!(reply.reasoning, "Hm");
}
