//! Typesetting over plain HTTP.

use crate::support::{
    raw_client::{Response, post},
    server::Server,
    soon,
};
use serde_json::{Value, json};

async fn typeset(server: &Server, body: &Value) -> Response {
    post(server.address, "/api/typeset", body.to_string().as_bytes()).await
}

/// Asks until all items of `which` are typeset. On a slow machine a grammar may miss the time limit on its first use.
async fn done(server: &Server, body: &Value, which: &[usize]) -> Response {
    soon("all are typeset", async {
        loop {
            let answer = typeset(server, body).await;
            let json = answer.json();
            if which.iter().all(|at| json["html"][at].is_string()) {
                break answer;
            }
        }
    })
    .await
}

#[tokio::test]
async fn code_and_formulas_come_back_as_html_in_their_order() {
    let server = Server::without_upstream().await;
    let items = json!({ "items": [
        { "lang": "rust", "text": "let" },
        { "tex": "x", "display": true },
        { "text": "x" },
        { "lang": "klingon", "text": "nuqneH" },
        { "tex": "\\nonsense" },
        { "lang": "html", "text": "<b>" },
    ] });
    let answer = done(&server, &items, &[0, 1, 2, 5]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(
        answer.json(),
        json!({ "html": [
            "<span class=\"hl-k\">let</span>",
            "<math display=\"block\"><mi>x</mi></math>",
            "<math><mi>x</mi></math>",
            null,
            null,
            "<span class=\"hl-g\">&lt;b&gt;</span>",
        ] })
    );
}

#[tokio::test]
async fn an_empty_list_is_typeset() {
    let server = Server::without_upstream().await;
    assert_eq!(typeset(&server, &json!({ "items": [] })).await.json(), json!({ "html": [] }));
}

#[tokio::test]
async fn oversized_and_malformed_items_are_refused() {
    let server = Server::without_upstream().await;
    let item = |length: usize| json!({ "text": "x".repeat(length) });
    for (what, body) in [
        ("too many", json!({ "items": vec![item(1); 65] })),
        ("one too long", json!({ "items": [item(64 * 1024 + 1)] })),
        ("too long together", json!({ "items": vec![item(64 * 1024); 5] })),
        ("no items", json!({})),
        ("no list", json!({ "items": "x" })),
        ("no text", json!({ "items": [{ "lang": "rust" }] })),
        ("no words", json!({ "items": [{ "text": 7 }] })),
    ] {
        let answer = typeset(&server, &body).await;
        let message = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(answer.status == 400 && message.ends_with('.'), "{what}: {} {message}", answer.status);
    }
    assert_eq!(typeset(&server, &json!({ "items": vec![item(64 * 1024); 4] })).await.status, 200);
}

#[tokio::test]
async fn concurrent_requests_are_all_typeset() {
    let server = Server::without_upstream().await;
    let items = json!({ "items": [{ "lang": "rust", "text": "fn f() { g(1); }\n".repeat(100) }] });
    let many = futures::future::join_all((0..8).map(|_| done(&server, &items, &[0])));
    let other = crate::support::raw_client::get(server.address, "/healthz");
    let (many, other) = tokio::join!(many, other);
    assert_eq!(other.text(), "ok");
    for answer in many {
        assert_eq!(answer.text().matches("hl-f").count(), 200);
    }
}

#[tokio::test]
async fn requests_beyond_the_quota_get_retry_after() {
    let server = Server::without_upstream().await;
    let items = json!({ "items": [{ "lang": "less", "text": "a-a-a-a-a-a-a-a\n".repeat(60) }] });
    let many = futures::future::join_all((0..60).map(|_| typeset(&server, &items))).await;
    let refused: Vec<_> = many.iter().filter(|answer| answer.status == 429).collect();
    assert!(!refused.is_empty() && refused.len() <= 60 - 16, "{} of 60", refused.len());
    for answer in refused {
        assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{}", answer.text());
        assert!(answer.json()["error"]["message"].is_string());
    }
}
