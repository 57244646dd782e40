//! The clock jumps, as after a pause of the process. Input that arrived meanwhile is read before any timer is judged.

use crate::support::{
    advance,
    fake_upstream::{Step, Upstream, delta, head},
    raw_http2::Http2,
    server::Server,
    soon,
};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

const QUESTION: &[u8] = br#"{"messages":[{"role":"user","content":"Hi"}]}"#;

/// Longer than an HTTP/2 ping may stay unanswered.
const PAUSE: Duration = Duration::from_secs(10);

/// The server's ping interval.
const PING: Duration = Duration::from_secs(8);

#[tokio::test]
async fn a_pong_keeps_its_connection_and_a_missing_one_ends_it() {
    let upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let mut client = Http2::post(server.address, "/api/chat", QUESTION).await;
    client.hears("Hel").await;
    advance(PING).await;
    let ping = client.ping().await;
    client.pong(&ping).await;
    advance(PAUSE).await;
    client.ping().await;
    advance(PAUSE).await;
    client.closed().await;
}

#[tokio::test]
async fn a_first_request_from_a_pause_is_answered() {
    let server = Server::without_upstream().await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    client.write_all(b"GET /healthz HTTP/1.1\r\n").await.unwrap();
    sleep(Duration::from_millis(50)).await; // the connection is accepted
    client.write_all(b"host: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    advance(PAUSE).await;
    assert!(read(client).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_later_request_from_a_pause_is_answered() {
    let server = Server::without_upstream().await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    client.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    client.read_exact(&mut [0; 20]).await.unwrap();
    client.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    advance(Duration::from_mins(2)).await;
    assert!(read(client).await.contains("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_body_from_a_pause_is_read_over_http_1_and_2() {
    let upstream = Upstream::playing([head(), delta("Hel"), Step::Hang]).await;
    let server = Server::with_upstream(&upstream.url()).await;
    let (half, rest) = QUESTION.split_at(10);
    let mut second = Http2::begin(server.address, "/api/chat").await;
    second.body(half, false).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    let head = format!("POST /api/chat HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", QUESTION.len());
    first.write_all(&[head.as_bytes(), half].concat()).await.unwrap();
    sleep(Duration::from_millis(50)).await; // both are read so far
    second.body(rest, true).await;
    first.write_all(rest).await.unwrap();
    advance(PAUSE).await;
    second.hears("Hel").await;
    let mut answer = [0; 15];
    soon("an answer", first.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
}

async fn read(mut client: TcpStream) -> String {
    let mut answer = String::new();
    soon("an answer", client.read_to_string(&mut answer)).await.unwrap();
    answer
}
