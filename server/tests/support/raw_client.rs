//! A hand-written client, so that it can behave like real browsers and networks: read slowly, not read at all, close
//! with a FIN, close with a RST.

use super::soon;
use app::chat::protocol::answer::Exit;
use serde_json::Value;
use socket2::SockRef;
use starcrossed::{
    registry::Fate,
    wire::{Decoder, Frame},
};
use std::{collections::HashMap, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// The way in which a client closes its connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Farewell {
    /// A FIN, as from a browser whose tab is closed.
    Fin,
    /// A RST, as from a program that was killed with bytes unread.
    Rst,
}

pub(crate) const FAREWELLS: [Farewell; 2] = [Farewell::Fin, Farewell::Rst];

/// A whole response.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// By name, in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("the body is UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The message of a refusal by the API. Its wording may change, so a test looks only for numbers and options in it.
    pub(crate) fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_else(|| panic!("no message: {}", self.text())).to_owned()
    }
}

/// Sends these bytes, and reads the response to its end.
pub(crate) async fn send(address: SocketAddr, bytes: &[u8]) -> Response {
    soon("a response", async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        read_response(stream).await
    })
    .await
}

/// A request without a body. `headers` are lines without line ends.
pub(crate) async fn request(address: SocketAddr, method: &str, path: &str, headers: &[&str]) -> Response {
    send(address, head(method, path, headers).as_bytes()).await
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> Response {
    request(address, "GET", path, &[]).await
}

/// A request with a body, sent whole.
pub(crate) async fn post(address: SocketAddr, path: &str, body: &[u8]) -> Response {
    let length = format!("content-length: {}", body.len());
    request_with(address, "POST", path, &[&length], body).await
}

/// A request with a body and these headers, which must include the body's length.
pub(crate) async fn request_with(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[&str],
    body: &[u8],
) -> Response {
    let mut bytes = head(method, path, headers).into_bytes();
    bytes.extend_from_slice(body);
    send(address, &bytes).await
}

/// The task's fate, as the server reports it.
pub(crate) async fn fate(address: SocketAddr, task: &str) -> Fate {
    let fate = get(address, &format!("/api/fate?task={task}")).await;
    serde_json::from_slice(&fate.body).unwrap_or_else(|_| panic!("no fate: {}", fate.text()))
}

/// The value of one sample in `/metrics`.
pub(crate) async fn metric(address: SocketAddr, name: &str) -> u64 {
    let metrics = get(address, "/metrics").await.text();
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {metrics}")).parse().unwrap()
}

fn head(method: &str, path: &str, headers: &[&str]) -> String {
    let first = format!("{method} {path} HTTP/1.1");
    let lines = [&[first.as_str(), "host: localhost", "connection: close"], headers, &["", ""]].concat();
    lines.join("\r\n")
}

async fn read_response(mut stream: TcpStream) -> Response {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let end = find(&bytes, b"\r\n\r\n").unwrap_or_else(|| panic!("no response: {}", String::from_utf8_lossy(&bytes)));
    let body = bytes.split_off(end + 4);
    let (status, headers) = parse_head(&bytes);
    let chunked = headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked");
    let body = if chunked { Dechunker::default().all(&body) } else { body };
    Response { status, headers, body }
}

fn parse_head(bytes: &[u8]) -> (u16, HashMap<String, String>) {
    let head = String::from_utf8(bytes.to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
    (status.expect("a status"), headers.collect())
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Decodes a chunked body, however it is split.
#[derive(Debug, Default)]
struct Dechunker {
    buffer: Vec<u8>,
    /// Whether the last chunk has arrived, so that the end is no cut.
    complete: bool,
}

impl Dechunker {
    /// Decodes these bytes, and returns the bytes of the body that they complete.
    fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.buffer.extend_from_slice(bytes);
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk() {
            body.extend(chunk);
        }
        body
    }

    fn chunk(&mut self) -> Option<Vec<u8>> {
        let line = find(&self.buffer, b"\r\n")?;
        let length =
            usize::from_str_radix(str::from_utf8(&self.buffer[..line]).unwrap(), 16).expect("a chunk's length");
        let (start, end) = (line + 2, line + 2 + length);
        if self.buffer.len() < end + 2 {
            return None;
        }
        self.complete |= length == 0;
        let chunk = self.buffer[start..end].to_vec();
        self.buffer.drain(..end + 2);
        Some(chunk)
    }

    fn all(mut self, bytes: &[u8]) -> Vec<u8> {
        let body = self.feed(bytes);
        assert!(self.complete, "the body was cut off");
        body
    }
}

/// A page: it has asked for a stream, and reads only as far as the test demands.
#[derive(Debug)]
pub(crate) struct Page {
    stream: TcpStream,
    pub(crate) address: SocketAddr,
    pub(crate) headers: HashMap<String, String>,
    /// The task's id.
    pub(crate) task: String,
    dechunker: Dechunker,
    decoder: Decoder,
}

impl Page {
    /// POSTs a question to `/api/chat`, and reads up to the start event.
    pub(crate) async fn chat(address: SocketAddr) -> Self {
        Self::start(address, "/api/chat", r#"{"messages":[{"role":"user","content":"Hi"}]}"#).await
    }

    /// POSTs this body, and reads up to the start event.
    pub(crate) async fn start(address: SocketAddr, path: &str, body: &str) -> Self {
        Self::start_on(TcpSocket::new_v4().unwrap(), address, path, body).await
    }

    /// POSTs a question to `/api/chat` through a socket with a small receive buffer, so that unread bytes stall the
    /// server soon.
    pub(crate) async fn chat_with_little_room(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        Self::start_on(socket, address, "/api/chat", r#"{"messages":[{"role":"user","content":"Hi"}]}"#).await
    }

    async fn start_on(socket: TcpSocket, address: SocketAddr, path: &str, body: &str) -> Self {
        let mut stream = socket.connect(address).await.unwrap();
        let request =
            format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).await.unwrap();
        let head = soon("the head of a stream", read_head(&mut stream)).await;
        let (status, headers) = parse_head(&head);
        assert_eq!(status, 200);
        let (dechunker, decoder) = (Dechunker::default(), Decoder::default());
        let mut page = Self { stream, address, headers, task: String::new(), dechunker, decoder };
        let start = page.event().await.expect("a start");
        assert_eq!(start.event, "start");
        let task = json(&start)["task"].as_str().expect("a task").to_owned();
        Self { task, ..page }
    }

    /// The next event. None at the end of the stream. Panics if the stream is cut off.
    pub(crate) async fn event(&mut self) -> Option<Frame> {
        soon("an event", async {
            loop {
                if let Some(frame) = self.decoder.next().unwrap() {
                    return Some(frame);
                }
                if self.dechunker.complete {
                    return None;
                }
                let mut bytes = vec![0; 16 * 1024];
                let read = self.stream.read(&mut bytes).await.unwrap();
                assert!(read > 0, "the stream was cut off");
                self.decoder.feed(&self.dechunker.feed(&bytes[..read]));
            }
        })
        .await
    }

    /// The text of the next event, which must be a delta.
    pub(crate) async fn delta(&mut self) -> String {
        let delta = self.json().await;
        delta["text"].as_str().or(delta["reasoning"].as_str()).expect("a text").to_owned()
    }

    /// The data of the next event, which must be a delta.
    pub(crate) async fn json(&mut self) -> Value {
        let event = self.event().await.expect("a delta");
        assert_eq!(event.event, "delta", "{event:?}");
        json(&event)
    }

    /// The next event, which must be the exit, followed by the end of the stream.
    pub(crate) async fn exit(&mut self) -> Exit {
        let event = self.event().await.expect("an exit");
        assert_eq!(event.event, "exit", "{event:?}");
        assert_eq!(self.event().await, None, "the exit is the last event");
        serde_json::from_str(&event.data).unwrap()
    }

    /// Closes the connection with bytes still unread. After a FIN the caller must keep the returned socket: dropped
    /// with bytes unread, it would send a RST as well.
    pub(crate) async fn leave(mut self, farewell: Farewell) -> Option<TcpStream> {
        match farewell {
            Farewell::Fin => {
                self.stream.shutdown().await.unwrap();
                Some(self.stream)
            }
            Farewell::Rst => {
                SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)).unwrap();
                None
            }
        }
    }
}

async fn read_head(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    head
}

pub(crate) fn json(frame: &Frame) -> Value {
    serde_json::from_str(&frame.data).unwrap()
}
