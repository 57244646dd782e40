//! The shapes in which a complete answer may arrive.

use super::{ask, question, read_reply, reply_to, settings, with_delta};
use crate::support::{
    fake_upstream::{
        Step, Upstream, answer_json, chunk, chunked_head, delta, done, finish, head, last_chunk, raw, sse, usage,
    },
    soon,
};
use app::chat::protocol::{
    answer::{AnswerItem, Event},
    message::Delta,
    usage::Usage,
};
use futures::StreamExt;
use serde_json::{Value, json};
use starcrossed::Reason;

#[tokio::test]
async fn an_answer_carries_finish_reason_and_usage() {
    let reply = reply_to([head(), delta("Hel"), delta("lo"), finish("stop"), usage(3, 2), done()]).await;
    reply.assert_complete("Hello");
    assert_eq!(reply.exit.result.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 2 }));
}

#[tokio::test]
async fn finish_reason_length_is_passed_on() {
    let reply = reply_to([head(), delta("Hel"), finish("length"), done()]).await;
    assert_eq!((reply.exit.reason, reply.exit.result.finish_reason.as_deref()), (Reason::Normal, Some("length")));
}

#[tokio::test]
async fn comments_are_no_part_of_an_answer() {
    let comments = || raw(": OPENROUTER PROCESSING\n\n: ping\n\n: keep-alive\n\n:\n\n");
    reply_to([head(), comments(), delta("Hi"), comments(), finish("stop"), done()]).await.assert_complete("Hi");
}

#[tokio::test]
async fn empty_data_is_no_part_of_an_answer() {
    reply_to([head(), raw("data:\n\ndata: \n\n"), delta("Hi"), finish("stop"), done()]).await.assert_complete("Hi");
}

#[tokio::test]
async fn lines_may_end_in_any_way() {
    for end in ["\n", "\r\n", "\r"] {
        let events = [r#"{"choices":[{"delta":{"content":"Hi"}}]}"#, r#"{"choices":[{"finish_reason":"stop"}]}"#];
        let events = events.map(|event| raw(format!("data: {event}{end}{end}")));
        reply_to([vec![head()], events.into(), vec![done()]].concat()).await.assert_complete("Hi");
    }
}

#[tokio::test]
async fn data_may_follow_without_a_space() {
    let event =
        raw("data:{\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\ndata:[DONE]\n\n");
    reply_to([head(), event]).await.assert_complete("Hi");
}

#[tokio::test]
async fn an_answer_may_come_byte_by_byte() {
    let text = "data: {\"choices\":[{\"delta\":{\"content\":\"Grüße 🌟\"},\"finish_reason\":\"stop\"}]}\r\n\r\ndata: [DONE]\r\n\r\n";
    let bytes = text.bytes().map(|byte| chunk(Step::Send(vec![byte].into())));
    let script = [chunked_head()].into_iter().chain(bytes).chain([last_chunk()]);
    reply_to(script.collect::<Vec<_>>()).await.assert_complete("Grüße 🌟");
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
    read_reply(events).await.assert_complete("é");
}

#[tokio::test]
async fn usage_may_come_without_choices() {
    let usage = sse(&json!({ "usage": { "prompt_tokens": 3, "completion_tokens": 2 } }));
    let reply = reply_to([head(), delta("Hi"), finish("stop"), usage, done()]).await;
    reply.assert_complete("Hi");
    assert_eq!(reply.exit.result.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 2 }));
}

#[tokio::test]
async fn the_first_event_may_be_about_filters() {
    let filters = sse(&json!({ "choices": [], "prompt_filter_results": [{ "prompt_index": 0 }] }));
    reply_to([head(), filters, delta("Hi"), finish("stop"), done()]).await.assert_complete("Hi");
}

#[tokio::test]
async fn a_choice_may_have_no_delta() {
    let bare = sse(&json!({ "choices": [{ "index": 0, "content_filter_offsets": {} }] }));
    reply_to([head(), delta("Hi"), bare, finish("stop"), done()]).await.assert_complete("Hi");
}

#[tokio::test]
async fn content_may_be_null() {
    let null = with_delta(&json!({ "role": "assistant", "content": null, "tool_calls": null }));
    reply_to([head(), null, delta("Hi"), finish("stop"), done()]).await.assert_complete("Hi");
}

#[tokio::test]
async fn a_character_may_be_split_into_surrogates() {
    let half =
        |name: &str, text: &str| raw(format!("data: {{\"choices\":[{{\"delta\":{{\"{name}\":\"{text}\"}}}}]}}\n\n"));
    let stop = || vec![finish("stop"), done()];
    for between in [vec![], vec![delta("")], vec![with_delta(&json!({ "content": null }))], vec![raw(": ping\n\n")]] {
        let halves = [vec![head(), half("content", "a \\ud83c")], between, vec![half("content", "\\udf1f b")]];
        reply_to([halves.concat(), stop()].concat()).await.assert_complete("a 🌟 b");
    }
    let thought = ["reasoning_content", "reasoning"]
        .map(|name| vec![head(), half(name, "\\ud83c"), half(name, "\\udf1f"), delta("Hi")]);
    for thought in thought {
        let reply = reply_to([thought, stop()].concat()).await;
        reply.assert_complete("Hi");
        assert_eq!(reply.reasoning, "🌟");
    }
    let cut = [vec![head(), half("content", "a\\ud83c")], stop()].concat();
    reply_to(cut).await.assert_complete("a\u{fffd}");
    let alone = [vec![head(), half("content", "\\ud83c"), delta("b")], stop()].concat();
    reply_to(alone).await.assert_complete("\u{fffd}b");
    let tagged =
        [vec![head(), half("content", "<think>\\ud83c"), half("content", "\\udf1f</think>Hi")], stop()].concat();
    let reply = reply_to(tagged).await;
    reply.assert_complete("Hi");
    assert_eq!(reply.reasoning, "🌟");
}

#[tokio::test]
async fn a_character_may_be_split_into_bytes() {
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
        reply_to(script).await.assert_complete(text);
        let script =
            [head(), event("reasoning", first), event("reasoning", second), delta("Hi"), finish("stop"), done()];
        let reply = reply_to(script).await;
        reply.assert_complete("Hi");
        assert_eq!(reply.reasoning, text);
    }
}

#[tokio::test]
async fn an_answer_needs_no_done_event() {
    reply_to([head(), delta("Hi"), finish("stop"), Step::Close]).await.assert_complete("Hi");
}

#[tokio::test]
async fn an_answer_needs_no_blank_line_at_its_end() {
    let last = raw("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
    reply_to([head(), delta("Hi"), last, Step::Close]).await.assert_complete("Hi");
}

#[tokio::test]
async fn a_reset_after_the_finish_reason_is_harmless() {
    reply_to([chunked_head(), chunk(delta("Hi")), chunk(finish("stop")), Step::Reset]).await.assert_complete("Hi");
}

#[tokio::test]
async fn the_client_closes_after_the_finish_reason() {
    let mut upstream = Upstream::playing([head(), delta("Hi"), finish("stop"), Step::Hang]).await;
    let events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    read_reply(events).await.assert_complete("Hi");
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn the_client_closes_after_done() {
    let mut upstream = Upstream::playing([head(), delta("Hi"), finish("stop"), done(), Step::Hang]).await;
    let events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    read_reply(events).await.assert_complete("Hi");
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
    let reply = reply_to([answer_json(200, &whole)]).await;
    reply.assert_complete("Hi");
    assert_eq!(reply.reasoning, "Hm");
    assert_eq!(reply.exit.result.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 2 }));
}

#[tokio::test]
async fn an_index_may_count_tokens() {
    let event = |index: u64, text: &str, reason: Value| {
        sse(&json!({ "choices": [{ "index": index, "delta": { "content": text }, "finish_reason": reason }] }))
    };
    for first in [0, 1] {
        let words = [(0, "I", Value::Null), (1, "'", Value::Null), (2, "m", json!("stop"))];
        let words = words.map(|(index, text, reason)| event(first + index, text, reason));
        reply_to([vec![head()], words.into(), vec![done()]].concat()).await.assert_complete("I'm");
    }
    reply_to([head(), event(0, "I'", Value::Null), event(1, "m", json!("stop")), done()]).await.assert_complete("I'm");
}

#[tokio::test]
async fn only_one_of_several_choices_is_read() {
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
    reply_to(events).await.assert_complete("Hello");
    reply_to([head(), event(1, "Hello", null()), event(1, "", json!("stop")), done()]).await.assert_complete("Hello");
    let both = json!({ "choices": [
        { "index": 0, "message": { "content": "Hello" }, "finish_reason": "stop" },
        { "index": 1, "message": { "content": "XX" }, "finish_reason": "length" },
    ] });
    reply_to([answer_json(200, &both)]).await.assert_complete("Hello");
}

#[tokio::test]
async fn a_refusal_field_is_the_answer() {
    let refusal = || with_delta(&json!({ "content": null, "refusal": "No." }));
    reply_to([head(), refusal(), finish("stop"), done()]).await.assert_complete("No.");
    reply_to([head(), refusal(), finish("content_filter"), done()]).await.assert_incomplete("No.", "A content filter");
    let whole = json!({ "choices": [{ "message": { "content": null, "refusal": "No." }, "finish_reason": "stop" }] });
    reply_to([answer_json(200, &whole)]).await.assert_complete("No.");
}
