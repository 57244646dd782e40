//! The reasoning of a model, under every name and in every tag.

use super::{told, with_delta};
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
        let told = told([vec![head()], thought, vec![delta("Hi"), finish("stop"), done()]].concat()).await;
        told.completely("Hi");
        assert_eq!(told.reasoning, "Hm");
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
        let told = told(events).await;
        told.completely("Hi");
        assert_eq!(told.reasoning, "Hm", "{open} {close}");
    }
    let told = told([head(), reasoning("Hm"), delta("</think>"), delta("\n\nHi"), finish("stop"), done()]).await;
    told.completely("Hi");
    assert_eq!(told.reasoning, "Hm");
}

#[tokio::test]
async fn half_a_tag_at_the_end_is_text() {
    told([head(), delta("<thi"), finish("stop"), done()]).await.completely("<thi");
}

#[tokio::test]
async fn reasoning_alone_is_no_answer_and_stays() {
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
