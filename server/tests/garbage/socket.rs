//! A client that sends arbitrary bytes and accepts any answer.

use crate::support::soon;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The whole head, names in lower case.
    pub(crate) head: String,
    /// The body as far as it was read. Of a stream nothing is read.
    body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&text);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
        Some(Self { status, head: head.to_owned(), body: body.to_owned() })
    }

    fn is_stream(&self) -> bool {
        self.head.contains("content-type: text/event-stream")
    }

    /// Whether this is a refusal with a message in the API's JSON shape, or, for HEAD, its head.
    pub(crate) fn has_message(&self) -> bool {
        let json = serde_json::from_str::<Value>(self.json()).unwrap_or_default();
        let words =
            json["error"]["message"].as_str().is_some_and(|words| words.len() > 10 && words.ends_with(['.', '?']));
        self.head.contains("content-type: application/json") && (words || self.body.is_empty())
    }

    /// Whether the server is at fault. A redirection is a fault too. A 503 with `retry-after` is a limit, and no fault.
    pub(crate) fn is_a_fault(&self) -> bool {
        match self.status {
            200..300 | 400..500 => false,
            503 => !self.head.contains("retry-after: "),
            _ => true,
        }
    }

    /// The body's only JSON object, with or without chunk framing.
    fn json(&self) -> &str {
        let (start, end) = (self.body.find('{').unwrap_or(0), self.body.rfind('}').map_or(0, |end| end + 1));
        self.body.get(start..end).unwrap_or_default()
    }

    /// Whether this is the HTTP library's own refusal, without a body.
    pub(crate) fn is_bare(&self) -> bool {
        !self.head.contains("content-type: ") && self.body.is_empty()
    }
}

/// The client's next step after it has sent everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterSend {
    /// It waits for the answer.
    Listen,
    /// It shuts down its half of the connection. The server takes that as the end of the connection, so an answer may
    /// be lost.
    HangUp,
}

/// Sends these bytes and reads the answer to its end, or, for a stream, its head. None if the connection ended without
/// an answer.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8], then: AfterSend) -> Option<Answer> {
    soon("an answer, or the end", async {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut reader, mut writer) = stream.into_split();
        // The server may refuse early and close while this client still writes. Only the answer counts.
        let write = async {
            _ = writer.write_all(bytes).await;
            if then == AfterSend::HangUp {
                _ = writer.shutdown().await;
            }
        };
        let mut received = Vec::new();
        let read = async {
            let mut piece = vec![0; 16 * 1024];
            while let Ok(read @ 1..) = reader.read(&mut piece).await {
                received.extend_from_slice(&piece[..read]);
                if Answer::parse(&received).is_some_and(|answer| answer.is_stream()) {
                    break;
                }
            }
        };
        tokio::join!(write, read);
        Answer::parse(&received)
    })
    .await
}
