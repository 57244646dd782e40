//! The bytes of an answer in OpenAI's format.

use super::Script;
use crate::marker::{self, Stamp};
use bytes::Bytes;
use serde_json::{Value, json};

/// The maker of an answer's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer(pub(super) Script);

impl Answer {
    /// The response head.
    pub(super) fn head(self) -> Bytes {
        let way = if self.0.chunked { "transfer-encoding: chunked" } else { "connection: close" };
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{way}\r\n\r\n").into()
    }

    /// The delta with this number, written now. The JSON around the text is as long as that of real servers.
    pub(super) fn delta(self, number: u32) -> Bytes {
        let stamp = Stamp { stream: self.0.stream, number, written: marker::now() };
        self.body(&format!(
            "data: {{\"id\":\"chatcmpl-{}\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\
             \"model\":\"fake\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{stamp}\"}},\
             \"finish_reason\":null}}]}}\n\n",
            stamp.stream
        ))
    }

    /// The regular end.
    pub(super) fn end(self) -> Bytes {
        let choice = json!({ "index": 0, "delta": {}, "finish_reason": "stop" });
        let finish = json!({ "object": "chat.completion.chunk", "choices": [choice] });
        let mut end = self.body(&format!("data: {finish}\n\ndata: [DONE]\n\n")).to_vec();
        end.extend_from_slice(if self.0.chunked { b"0\r\n\r\n" } else { b"" });
        end.into()
    }

    /// Invalid JSON.
    pub(super) fn rubbish(self) -> Bytes {
        self.body("data: {\"choices\": [[[\n\n")
    }

    fn body(self, text: &str) -> Bytes {
        if self.0.chunked { format!("{:x}\r\n{text}\r\n", text.len()).into() } else { text.to_owned().into() }
    }
}

/// The list of models.
pub(super) fn models() -> Bytes {
    whole("200 OK", &json!({ "object": "list", "data": [{ "id": "fake", "object": "model" }] }))
}

/// The refusal of a question without a script.
pub(super) fn refusal() -> Bytes {
    whole("400 Bad Request", &json!({ "error": { "message": "no script" } }))
}

fn whole(status: &str, body: &Value) -> Bytes {
    let (body, kind) = (body.to_string(), "application/json");
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into()
}
