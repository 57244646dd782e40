//! A hand-written HTTP/2 client, so that a test decides when a ping is answered and when a window opens.

use super::soon;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// One frame ([RFC 9113, section 4.1](https://www.rfc-editor.org/rfc/rfc9113#section-4.1)).
#[derive(Debug)]
struct Frame {
    kind: u8,
    flags: u8,
    payload: Vec<u8>,
}

/// A connection with one stream.
#[derive(Debug)]
pub(crate) struct Http2 {
    stream: TcpStream,
}

impl Http2 {
    /// Connects and POSTs this body.
    pub(crate) async fn post(address: SocketAddr, path: &str, body: &[u8]) -> Self {
        let mut connection = Self::begin(address, path).await;
        connection.body(body, true).await;
        connection
    }

    /// Connects and sends the head of a POST.
    pub(crate) async fn begin(address: SocketAddr, path: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        let mut connection = Self { stream };
        connection.send(SETTINGS, 0, 0, b"").await;
        connection.send(HEADERS, END_HEADERS, 1, &head(path)).await;
        connection
    }

    /// Sends a piece of the body.
    pub(crate) async fn body(&mut self, piece: &[u8], is_last: bool) {
        self.send(DATA, if is_last { END_STREAM } else { 0 }, 1, piece).await;
    }

    /// Reads until the answer's body contains this text.
    pub(crate) async fn hears(&mut self, text: &str) {
        let mut heard = String::new();
        while !heard.contains(text) {
            let frame = self.frame().await.unwrap_or_else(|| panic!("the connection ended after {heard:?}"));
            match frame.kind {
                DATA => heard += &String::from_utf8_lossy(&frame.payload),
                PING if frame.flags & ACK == 0 => self.pong(&frame.payload).await,
                GOAWAY => panic!("the server says goodbye after {heard:?}"),
                _ => {}
            }
        }
    }

    /// Reads until the server pings, and returns the ping's payload.
    pub(crate) async fn ping(&mut self) -> Vec<u8> {
        loop {
            let frame = self.frame().await.expect("a ping");
            if frame.kind == PING && frame.flags & ACK == 0 {
                return frame.payload;
            }
        }
    }

    /// Answers a ping.
    pub(crate) async fn pong(&mut self, ping: &[u8]) {
        self.send(PING, ACK, 0, ping).await;
    }

    /// Reads until the server closes the connection.
    pub(crate) async fn closed(&mut self) {
        while self.frame().await.is_some() {}
    }

    async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = vec![length[1], length[2], length[3], kind, flags];
        frame.extend_from_slice(&stream.to_be_bytes());
        frame.extend_from_slice(payload);
        self.stream.write_all(&frame).await.unwrap();
    }

    async fn frame(&mut self) -> Option<Frame> {
        soon("a frame", async {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).await.ok()?;
            let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
            self.stream.read_exact(&mut payload).await.ok()?;
            Some(Frame { kind: head[3], flags: head[4], payload })
        })
        .await
    }
}

/// `POST path` in HPACK: two entries of the static table, and two literals with names from it
/// ([RFC 7541, appendix A](https://www.rfc-editor.org/rfc/rfc7541#appendix-A)).
fn head(path: &str) -> Vec<u8> {
    let mut head = vec![0x83, 0x86]; // :method POST, :scheme http
    for (name, value) in [(0x04, path), (0x01, "localhost")] {
        head.extend([name, u8::try_from(value.len()).unwrap()]);
        head.extend_from_slice(value.as_bytes());
    }
    head
}
