//! Content that the page cannot show.

use super::{reply_to, with_delta};
use crate::support::fake_upstream::{self, answer_json, done, finish, head};
use serde_json::json;

#[tokio::test]
async fn a_tool_call_is_no_answer() {
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
            reply_to(events).await.assert_failed(why);
            let events = [head(), fake_upstream::delta("Let me look."), with_delta(&delta), finish(reason), done()];
            reply_to(events).await.assert_incomplete("Let me look.", why);
        }
        let mut message = delta.clone();
        message["role"] = json!("assistant");
        let whole = json!({ "choices": [{ "message": message, "finish_reason": "tool_calls" }] });
        reply_to([answer_json(200, &whole)]).await.assert_failed(why);
    }
}

#[tokio::test]
async fn content_that_cannot_be_shown_is_named() {
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
        reply_to([head(), with_delta(&delta), finish("stop"), done()]).await.assert_failed(&why);
        let events = [head(), fake_upstream::delta("Look:"), with_delta(&delta), finish("stop"), done()];
        reply_to(events).await.assert_incomplete("Look:", &why);
        let whole = json!({ "choices": [{ "message": delta, "finish_reason": "stop" }] });
        reply_to([answer_json(200, &whole)]).await.assert_failed(&why);
    }
}
