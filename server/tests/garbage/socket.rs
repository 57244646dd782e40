//! A client that sends whatever it is given, and takes whatever comes.

use crate::support::soon;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What came back, if that was HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// All of the head, names in lower case.
    pub(crate) head: String,
    /// The body, as much of it as was read: of a stream nothing.
    body: String,
}

impl Answer {
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&text);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
        Some(Self { status, head: head.to_owned(), body: body.to_owned() })
    }

    fn is_stream(&self) -> bool {
        self.head.contains("content-type: text/event-stream")
    }

    /// A refusal as the API has it; or the head of one, to who asked for no more.
    pub(crate) fn has_words(&self) -> bool {
        let json = serde_json::from_str::<Value>(self.json()).unwrap_or_default();
        let words =
            json["error"]["message"].as_str().is_some_and(|words| words.len() > 10 && words.ends_with(['.', '?']));
        self.head.contains("content-type: application/json") && (words || self.body.is_empty())
    }

    /// Not a redirection either: nothing has moved. A house that is full says when to come again, and that is no fault.
    pub(crate) fn is_a_fault(&self) -> bool {
        match self.status {
            200..300 | 400..500 => false,
            503 => !self.head.contains("retry-after: "),
            _ => true,
        }
    }

    /// The body's only object, whether or not it comes in a chunk.
    fn json(&self) -> &str {
        let (start, end) = (self.body.find('{').unwrap_or(0), self.body.rfind('}').map_or(0, |end| end + 1));
        self.body.get(start..end).unwrap_or_default()
    }

    /// What the HTTP library says before anybody else is asked.
    pub(crate) fn is_bare(&self) -> bool {
        !self.head.contains("content-type: ") && self.body.is_empty()
    }
}

/// What a client does when it has sent everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// It waits.
    Listen,
    /// It ends its half of the connection. The server takes that for the end of it all, so an answer may be lost.
    HangUp,
}

/// Sends these bytes, and reads what comes back: to its end, or as far as the head of a stream. None if the connection ended
/// without an answer.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8], then: Then) -> Option<Answer> {
    soon("an answer, or the end", async {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut reader, mut writer) = stream.into_split();
        // Who is refused early may be hung up on while it is still writing; what was answered counts.
        let write = async {
            _ = writer.write_all(bytes).await;
            if then == Then::HangUp {
                _ = writer.shutdown().await;
            }
        };
        let mut received = Vec::new();
        let read = async {
            let mut piece = vec![0; 16 * 1024];
            while let Ok(read @ 1..) = reader.read(&mut piece).await {
                received.extend_from_slice(&piece[..read]);
                if Answer::read(&received).is_some_and(|answer| answer.is_stream()) {
                    break;
                }
            }
        };
        tokio::join!(write, read);
        Answer::read(&received)
    })
    .await
}
