//! An answer that breaks off, or that never comes: the page is told why.

use super::{ask, question, read_reply, reply_to, reply_with, settings};
use crate::support::{
    fake_upstream::{Step, Upstream, answer, answer_json, chunk, chunked_head, delta, done, finish, head, raw, sse},
    soon,
};
use app::chat::protocol::{
    answer::{AnswerItem, Event},
    message::Delta,
};
use futures::StreamExt;
use serde_json::json;
use server::{config::parse_url, models::openai};
use socket2::{Domain, Socket, Type};
use std::{net::SocketAddr, time::Duration};
use tokio::{io::AsyncWriteExt, net::TcpListener};

#[tokio::test]
async fn text_before_a_bad_value_in_the_same_event_stays() {
    let hello = json!({ "choices": [{ "delta": { "content": "Hello" } }] });
    for (rest, why) in [
        ("{\"choices\":[{\"del", "without saying that it was complete"),
        ("oops\n\n", "This came: oops."),
        ("{\"error\":\"Out of memory\"}\n\n", "Out of memory"),
    ] {
        let body = format!("data: {hello}\ndata: {rest}");
        reply_to([head(), raw(body), Step::Close]).await.assert_incomplete("Hello", why);
    }
    let message = json!({ "choices": [{ "message": { "content": "Hello" }, "finish_reason": "stop" }] });
    reply_to([head(), raw(json!([hello, message]).to_string()), Step::Close]).await.assert_complete("Hello");
    reply_to([head(), raw(format!("data: {hello}\ndata: {message}\n\n")), done()]).await.assert_complete("Hello");
}

#[tokio::test]
async fn an_answer_without_an_end_may_be_incomplete() {
    reply_to([head(), delta("Hel"), Step::Close]).await.assert_incomplete("Hel", "without saying that it was complete");
}

#[tokio::test]
async fn half_an_event_at_the_end_is_incomplete() {
    let half = raw("data: {\"choices\":[{\"delta\":{\"content\":\"lo");
    reply_to([head(), delta("Hel"), half, Step::Close])
        .await
        .assert_incomplete("Hel", "without saying that it was complete");
}

#[tokio::test]
async fn a_cut_connection_leaves_the_text() {
    for cut in [Step::Close, Step::Reset] {
        // The script waits before the cut, because a RST may overtake earlier bytes.
        let script = [chunked_head(), chunk(delta("Hel")), Step::Wait, cut];
        let mut upstream = Upstream::playing(script).await;
        let mut events = ask(settings(&upstream), question());
        let connection = upstream.connection().await;
        while soon("the first word", events.next()).await
            != Some(Event::Item(AnswerItem::Delta(Delta::Text("Hel".into()))))
        {}
        connection.go();
        read_reply(events).await.assert_incomplete("", "The connection to http://127.0.0.1:");
    }
}

#[tokio::test]
async fn an_error_mid_stream_is_recognised_in_every_dialect() {
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
        reply_to([head(), delta("Hel"), error.clone(), done()]).await.assert_incomplete("Hel", "Out of memory");
        reply_to([head(), error, done()]).await.assert_failed("Out of memory");
    }
}

#[tokio::test]
async fn text_before_garbage_stays() {
    reply_to([head(), delta("Hel"), raw("data: rubbish\n\n")]).await.assert_incomplete("Hel", "rubbish");
}

#[tokio::test]
async fn an_endless_line_is_cut_off() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Flood(vec![b'x'; 64 * 1024].into())]).await;
    let events = ask(settings(&upstream), question());
    let connection = upstream.connection().await;
    read_reply(events).await.assert_incomplete("Hel", "sent more at once");
    connection.closed_by_peer().await;
}

#[tokio::test]
async fn an_exceeded_context_is_recognised() {
    let json = &["content-type: application/json"][..];
    for script in [
        vec![answer(400, json, r#"{"error":{"code":"context_length_exceeded","message":"Too many tokens"}}"#)],
        vec![answer(400, json, r#"{"error":{"message":"the request exceeds the available context size"}}"#)],
        vec![head(), sse(&json!({ "error": { "message": "the request exceeds the available context size" } }))],
    ] {
        let reply = reply_to(script).await;
        reply.assert_failed(
            "The conversation is too long for the model: edit an earlier question, or begin a new chat.",
        );
        assert!(reply.exit.result.full);
    }
    assert!(!reply_to([answer(400, json, r#"{"error":"Too hot"}"#)]).await.exit.result.full);
}

#[tokio::test]
async fn quoted_words_are_truncated_and_hold_no_secret() {
    let key = "sk-0123456789abcdef";
    let long = format!("{key} {}", "x".repeat(100_000));
    let reply =
        reply_with([head(), delta("Hi"), finish(&long), done()], |settings| settings.api_key = Some(key.into())).await;
    let reason = reply.exit.result.finish_reason.as_deref().unwrap();
    assert!(reason.chars().count() < 100 && !reason.contains("sk-"), "{reason}");
    let headers = [format!("location: https://elsewhere.example/{key}/{}", "x".repeat(10_000))];
    let headers = headers.iter().map(String::as_str).collect::<Vec<_>>();
    let reply = reply_with([answer(301, &headers, "")], |settings| settings.api_key = Some(key.into())).await;
    assert!(reply.message().len() < 600 && !reply.message().contains("sk-"), "{}", reply.message());
}

#[tokio::test]
async fn credentials_in_the_url_are_never_shown() {
    // `gardener:p@ssword/1` and its Base64, as `Authorization: Basic` has it.
    let words = "gardener p@ssword/1 p%40ssword%2F1 Z2FyZGVuZXI6cEBzc3dvcmQvMQ==";
    for body in [json!({ "error": { "message": words } }).to_string(), words.to_owned()] {
        let reply = reply_with([answer(401, &[], &body)], |settings| {
            settings.url.set_username("gardener").unwrap();
            settings.url.set_password(Some("p@ssword/1")).unwrap();
        })
        .await;
        reply.assert_failed("[key] [key] [key] [key]");
        assert!(!reply.exit.log_message.clone().unwrap().contains("ssword"), "{:?}", reply.exit);
    }
}

#[tokio::test]
async fn an_empty_body_is_no_answer() {
    reply_to([head(), Step::Close]).await.assert_failed("sent an empty answer");
    reply_to([raw("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")]).await.assert_failed("sent an empty answer");
    reply_to([raw("HTTP/1.1 204 No Content\r\n\r\n")]).await.assert_failed("sent an empty answer");
}

#[tokio::test]
async fn json_in_place_of_a_stream_is_read_as_an_error() {
    reply_to([answer_json(200, &json!({ "error": { "message": "No GPU" } }))]).await.assert_failed("No GPU");
    reply_to([answer_json(200, &json!({ "status": "ok" }))]).await.assert_failed("something else than was asked for");
    reply_to([answer(200, &["content-type: application/json"], "oops")]).await.assert_failed("oops");
    reply_to([answer(200, &["content-type: application/json"], "")]).await.assert_failed("sent an empty answer");
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let page = "<!doctype html><title>Welcome to nginx!</title><p>…";
    let reply = reply_to([answer(200, &["content-type: text/html"], page)]).await;
    reply.assert_failed("a web page, “Welcome to nginx!”");
}

#[tokio::test]
async fn every_refusal_says_what_to_do() {
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
            "is rate-limiting requests (429): Slow down. Try again in 20 seconds.",
        ),
        (answer(429, &[], ""), "is rate-limiting requests (429). Try again later."),
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
        reply_to([step]).await.assert_failed(why);
    }
}

#[tokio::test]
async fn a_refused_key_is_reported_and_never_shown() {
    let key = "sk-0123456789abcdef";
    let bodies = [
        json!({ "error": { "message": format!("Incorrect API key provided: {key}.") } }).to_string(),
        format!("Bearer {key} is unknown"),
        format!("{}{key}", "x".repeat(290)),
    ];
    for body in bodies {
        let reply = reply_with([answer(401, &[], &body)], |settings| settings.api_key = Some(key.into())).await;
        reply.assert_failed("refused the key (401)");
        assert!(!reply.message().contains(&key[..6]), "{}", reply.message());
    }
}

#[tokio::test]
async fn a_redirect_is_reported_and_not_followed() {
    for to in ["https://me:secret@elsewhere.example/v1?key=secret", "/v2"] {
        let upstream = Upstream::playing([answer(301, &[&format!("location: {to}")], "")]).await;
        let reply = read_reply(ask(settings(&upstream), question())).await;
        reply.assert_failed("points elsewhere (301), to http");
        assert!(!reply.message().contains("secret"));
        assert_eq!(upstream.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_long_refusal_is_truncated() {
    let reply = reply_to([answer(500, &[], &"very ".repeat(10_000))]).await;
    reply.assert_failed("very very");
    assert!(reply.message().len() < 500);
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_reported() {
    for end in [Step::Close, Step::Reset] {
        reply_to([end]).await.assert_failed("broke the connection off without an answer");
    }
    reply_to([raw("SSH-2.0-OpenSSH_9.2\r\n")]).await.assert_failed("broke the connection off without an answer");
}

#[tokio::test]
async fn a_refused_connection_names_its_address() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = parse_url(&format!("http://me:secret@{address}/v1")).unwrap();
    let reply = read_reply(ask(openai::Upstream::new(url), question())).await;
    reply.assert_failed(&format!("Nothing answers at http://{address}/v1. Is the model server running"));
    assert!(!reply.message().contains("secret"));
}

#[tokio::test]
async fn a_connection_attempt_times_out() {
    // With a full queue, the kernel answers no further connection.
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _in_the_queue = std::net::TcpStream::connect(address).unwrap();
    let mut settings = openai::Upstream::new(parse_url(&format!("http://{address}/v1")).unwrap());
    settings.limits.connect_timeout = Duration::from_millis(300);
    read_reply(ask(settings, question())).await.assert_failed("can't be reached: no connection within 300 ms");
}

#[tokio::test]
async fn tls_with_a_plain_http_server_is_reported() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = parse_url(&format!("https://{}/v1", listener.local_addr().unwrap())).unwrap();
    let plain = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream
    });
    let reply = read_reply(ask(openai::Upstream::new(url), question())).await;
    reply.assert_failed("If it speaks plain HTTP, its URL begins with http://");
    drop(plain.await);
}
