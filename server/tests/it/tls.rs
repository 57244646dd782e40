//! HTTPS, and with it HTTP/2: many streams on one connection, each with a task of its own.

use crate::support::{
    advance,
    fake_upstream::{Connection, Step, Upstream, delta, head},
    server::Server,
    soon,
    tls::{certificate, client, server, trusting},
};
use futures::future::join_all;
use reqwest::{Client, Response, Version};
use server::{config::TlsFiles, net::tls::Tls};
use std::{path::PathBuf, time::Duration};

#[tokio::test]
async fn ten_streams_on_one_connection_end_independently() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let files = certificate("streams");
    let server = server(&files, &upstream).await;
    let client = client(&files);
    let mut streams = join_all((0..10).map(|_| ask(&client, &server))).await;
    for stream in &mut streams {
        assert_eq!(stream.version(), Version::HTTP_2);
        assert!(!stream.headers().contains_key("connection"), "there is only one for all");
        let first = soon("a start", stream.chunk()).await.unwrap().unwrap();
        assert!(first.starts_with(b"event: start"));
    }
    let mut connections = Vec::new();
    for _ in 0..10 {
        connections.push(upstream.connection().await);
    }
    drop(streams.remove(0));
    let dead = soon("one task ends", async {
        loop {
            if let Some(at) = connections.iter().position(|connection| !connection.is_open()) {
                break at;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    connections.remove(dead).closed_by_peer().await;
    assert!(connections.iter().all(Connection::is_open), "the others go on");
    drop((streams, client));
    for connection in connections {
        connection.closed_by_peer().await;
    }
}

#[tokio::test]
async fn tls_serves_http_1_1_too() {
    let upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let files = certificate("one");
    let server = server(&files, &upstream).await;
    let client = trusting(&files).http1_only().build().unwrap();
    let stream = ask(&client, &server).await;
    assert_eq!((stream.version(), stream.status().as_u16()), (Version::HTTP_11, 200));
}

#[tokio::test]
async fn a_renewed_certificate_serves_new_connections() {
    let mut upstream = Upstream::playing([head(), delta("Hel"), Step::Wait, delta("lo"), Step::Hang]).await;
    let files = certificate("renewed");
    let server = server(&files, &upstream).await;
    let (before, late) = (client(&files), client(&files));
    let mut stream = ask(&before, &server).await;
    let connection = upstream.connection().await;

    let renewed = client(&certificate("renewed"));
    advance(Duration::from_secs(6)).await;
    let url = format!("https://localhost:{}/healthz", server.address.port());
    soon("the new certificate", async { while renewed.get(&url).send().await.is_err() {} }).await;
    assert!(late.get(&url).send().await.is_err(), "nobody is given the old one any more");

    connection.go();
    let mut heard = String::new();
    while !heard.contains(r#""lo""#) {
        let chunk = soon("the rest", stream.chunk()).await.unwrap().unwrap();
        heard.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

#[tokio::test]
async fn unusable_certificate_files_are_named() {
    let files = TlsFiles { certificate: PathBuf::from("/nowhere/cert.pem"), key: PathBuf::from("/nowhere/key.pem") };
    let why = Tls::load(&files).await.unwrap_err().to_string();
    assert!(why.contains("/nowhere/cert.pem") && why.contains("/nowhere/key.pem"), "{why}");

    let (one, other) = (certificate("mixed-one"), certificate("mixed-other"));
    let mixed = TlsFiles { certificate: one.certificate, key: other.key };
    assert!(Tls::load(&mixed).await.is_err(), "a key of another certificate");
}

async fn ask(client: &Client, server: &Server) -> Response {
    let url = format!("https://localhost:{}/api/chat", server.address.port());
    let question = r#"{"messages":[{"role":"user","content":"Hi"}]}"#;
    soon("an answer", client.post(url).body(question).send()).await.unwrap()
}
