//! A field that the server rejects is left out, and the question is asked again.

use super::{ask, question, read_reply, reply_through, settings, unfinished};
use crate::support::{
    fake_upstream::{Request, Step, Upstream, answer, answer_json, delta, done, finish, head, sent, sse},
    linked,
};
use app::chat::protocol::message::ChatRequest;
use serde_json::{Value, json};
use server::models::openai::Client;

#[tokio::test]
async fn rejected_stream_options_are_left_out() {
    let refusal = json!({ "error": { "message": "Unrecognized request argument supplied: stream_options" } });
    let scripts = [vec![answer_json(400, &refusal)], vec![head(), delta("Hi"), finish("stop"), done()]];
    let upstream = Upstream::playing_in_turn(scripts).await;
    read_reply(ask(settings(&upstream), question())).await.assert_complete("Hi");
    let requests = upstream.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body["messages"], requests[1].body["messages"]);
    assert_eq!(requests[1].body.get("stream_options"), None);
    assert_eq!(requests[1].body["stream"], true);
}

#[tokio::test]
async fn stream_options_rejected_twice_are_reported() {
    let upstream = Upstream::playing([answer_json(400, &json!({ "error": "stream_options are no good" }))]).await;
    read_reply(ask(settings(&upstream), question())).await.assert_failed("stream_options are no good");
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn rejected_progress_is_never_asked_for_again() {
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
            read_reply(linked(work)).await.assert_complete("Hi");
        }
        let has = upstream.requests().iter().map(|it| it.body.get("return_progress").is_some()).collect::<Vec<_>>();
        assert_eq!(has, [true, false, false]);
    }
}

#[tokio::test]
async fn rejected_progress_concerns_one_model_only() {
    let refusal = answer_json(400, &json!({ "error": { "message": "Unknown field return_progress" } }));
    let answer = vec![head(), delta("Hi"), finish("stop"), done()];
    let upstream = Upstream::playing_in_turn([vec![refusal], answer]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    for model in ["cloud", "local", "cloud"] {
        let (client, request) = (client.clone(), ChatRequest { model: model.into(), ..question() });
        let work = move |deltas| async move { client.reply(request, deltas).await };
        read_reply(linked(work)).await.assert_complete("Hi");
    }
    let has = upstream.requests().iter().map(|it| it.body.get("return_progress").is_some()).collect::<Vec<_>>();
    assert_eq!(has, [true, false, true, false], "cloud, cloud again, local, cloud");
}

#[tokio::test]
async fn accepted_progress_is_not_blamed_for_a_later_refusal() {
    let answer = vec![head(), delta("Hi"), finish("stop"), done()];
    let refusal = vec![answer_json(400, &json!({ "error": { "message": "Invalid request body" } }))];
    let upstream = Upstream::playing_in_turn([answer, refusal]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    let ask = || {
        let client = client.clone();
        let work = move |deltas| async move { client.reply(question(), deltas).await };
        read_reply(linked(work))
    };
    ask().await.assert_complete("Hi");
    ask().await.assert_failed("Invalid request body");
    assert_eq!(upstream.requests().len(), 2);
}

/// The same question, with these options.
fn with_options(options: &Value) -> ChatRequest {
    ChatRequest { options: options.as_object().unwrap().clone(), ..question() }
}

/// The known ways in which servers refuse a parameter.
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
async fn a_rejected_parameter_is_left_out_and_reported() {
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
                let reply = reply_through(&client, with_options(&options)).await;
                reply.assert_complete("Hi");
                assert_eq!(reply.exit.result.left_out, [name.as_str()]);
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
async fn a_rejected_token_limit_is_sent_under_its_other_name() {
    for (name, twin) in [("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")] {
        for refusal in refusals(name) {
            let scripts = [vec![refusal], vec![head(), delta("Hi"), finish("stop"), done()]];
            let upstream = Upstream::playing_in_turn(scripts).await;
            let client = Client::new(settings(&upstream)).unwrap();
            for _ in 0..2 {
                let reply = reply_through(&client, with_options(&json!({ name: 50 }))).await;
                reply.assert_complete("Hi");
                assert!(reply.exit.result.left_out.is_empty(), "{:?}", reply.exit);
            }
            let bodies = upstream.requests().into_iter().map(|request| request.body);
            let sent = bodies.map(|body| (body[name].as_u64(), body[twin].as_u64())).collect::<Vec<_>>();
            assert_eq!(sent, [(Some(50), None), (None, Some(50)), (None, Some(50))]);
        }
    }
}

#[tokio::test]
async fn a_token_limit_rejected_under_both_names_is_left_out() {
    let refusal = |name: &str| vec![refusals(name).remove(0)];
    let answer = vec![head(), delta("Hi"), finish("stop"), done()];
    let upstream = Upstream::playing_in_turn([refusal("max_tokens"), refusal("max_completion_tokens"), answer]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    for _ in 0..2 {
        let reply = reply_through(&client, with_options(&json!({ "max_tokens": 50 }))).await;
        reply.assert_complete("Hi");
        assert_eq!(reply.exit.result.left_out, ["max_tokens"]);
    }
    assert_eq!(upstream.requests().len(), 4);
}

#[tokio::test]
async fn each_parameter_is_left_out_once_before_failing() {
    let refusal = answer(400, &[], "temperature, top_p and seed are not supported");
    let upstream = Upstream::playing([refusal]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    let options = json!({ "temperature": 0.5, "top_p": 0.5, "seed": 1 });
    reply_through(&client, with_options(&options)).await.assert_failed("seed are not supported");
    let kept = |request: &Request| {
        ["temperature", "top_p", "seed"].iter().filter(|name| request.body.get(name).is_some()).count()
    };
    let kept = upstream.requests().iter().map(kept).collect::<Vec<_>>();
    assert_eq!(kept[..4], [3, 2, 1, 0]);
    assert!(kept.len() <= 5, "once more without return_progress, which may be meant: {kept:?}");
}

#[tokio::test]
async fn a_rejected_value_says_nothing_of_other_values() {
    let refusal = answer_json(400, &json!({ "error": { "message": "temperature must be between 0 and 1" } }));
    let upstream = Upstream::playing_in_turn([vec![refusal], vec![head(), delta("Hi"), finish("stop"), done()]]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    for (temperature, left_out) in [(1.5, true), (1.5, true), (0.5, false)] {
        let reply = reply_through(&client, with_options(&json!({ "temperature": temperature }))).await;
        reply.assert_complete("Hi");
        assert_eq!(!reply.exit.result.left_out.is_empty(), left_out, "{temperature}");
    }
    assert_eq!(upstream.requests().len(), 4);
}

#[tokio::test]
async fn a_rejected_parameter_is_recognised_in_every_wording() {
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
        let reply = reply_through(&Client::new(settings(&upstream)).unwrap(), with_options(&options)).await;
        reply.assert_complete("Hi");
        assert_eq!(reply.exit.result.left_out, [name], "{refusal}");
    }
}

#[tokio::test]
async fn required_fields_are_never_left_out() {
    for refusal in [
        json!({ "error": { "message": "The temperature there is not allowed", "param": "messages[0].content" } }),
        json!({ "detail": [{ "loc": ["body", "messages", 0, "content"], "msg": "temperature: not allowed" }] }),
        json!({ "error": { "message": "temperature is an unknown model", "param": "model" } }),
    ] {
        let upstream = Upstream::playing([answer_json(400, &refusal)]).await;
        read_reply(ask(settings(&upstream), question())).await.assert_failed("refused the request (400)");
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
        read_reply(ask(settings(&upstream), with_options(&options))).await.assert_failed(words);
        assert_eq!(upstream.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_parameter_rejected_again_is_reported_at_once() {
    let refusal = json!({ "error": { "message": "Unsupported parameter", "param": "temperature" } });
    let upstream = Upstream::playing([answer_json(400, &refusal)]).await;
    read_reply(ask(settings(&upstream), question())).await.assert_failed("Unsupported parameter");
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_rejected_parameter_concerns_one_model_only() {
    let refusal = vec![refusals("seed").remove(0)];
    let upstream = Upstream::playing_in_turn([refusal, vec![head(), delta("Hi"), finish("stop"), done()]]).await;
    let client = Client::new(settings(&upstream)).unwrap();
    for (model, left_out) in [("one", true), ("other", false), ("one", true)] {
        let request = ChatRequest { model: model.into(), ..with_options(&json!({ "seed": 7 })) };
        assert_eq!(!reply_through(&client, request).await.exit.result.left_out.is_empty(), left_out, "{model}");
    }
}

#[tokio::test]
async fn several_rejected_fields_are_left_out_one_by_one() {
    let rejects =
        |part| vec![answer_json(422, &json!({ "detail": [{ "type": "extra_forbidden", "loc": ["body", part] }] }))];
    let answer = vec![head(), delta("ld"), finish("stop"), done()];
    let rejected = ["add_generation_prompt", "return_progress", "stream_options"].map(rejects);
    let upstream = Upstream::playing_in_turn(rejected.into_iter().chain([answer])).await;
    read_reply(ask(settings(&upstream), unfinished())).await.assert_complete("ld");
    let bodies: Vec<Value> = upstream.requests().into_iter().map(|request| request.body).collect();
    let has = |part| bodies.iter().map(|body| body.get(part).is_some()).collect::<Vec<_>>();
    assert_eq!(has("continue_final_message"), [true, false, false, false]);
    assert_eq!(has("add_generation_prompt"), [true, false, false, false]);
    assert_eq!(has("return_progress"), [true, true, false, false]);
    assert_eq!(has("stream_options"), [true, true, true, false]);
    assert_eq!(bodies[3]["messages"], bodies[0]["messages"]);
}
