//! What a server function answers when it can't do what it was asked to, and what the page makes of it.

use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use starcrossed::{Exit, Reason};
use std::fmt;

/// A request that was refused, or that didn't get through. On the wire `{"error":{"message":"…"}}`, the shape that
/// OpenAI-compatible servers use.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "Wire", from = "Wire")]
pub enum ApiError {
    /// The server said no, and the sentence says why.
    Refused(String),
    /// The same, for a reason that has a status of its own.
    Denied(StatusCode, String),
    /// The framework said no: on the server because the request made no sense to it, in the browser because the answer
    /// didn't, or because there was none.
    Framework(ServerFnErrorErr),
}

#[derive(Serialize, Deserialize)]
struct Wire {
    error: WireError,
}

#[derive(Serialize, Deserialize)]
struct WireError {
    message: String,
}

impl From<ApiError> for Wire {
    fn from(error: ApiError) -> Self {
        Self { error: WireError { message: error.to_string() } }
    }
}

impl From<Wire> for ApiError {
    fn from(wire: Wire) -> Self {
        Self::Refused(wire.error.message)
    }
}

impl fmt::Display for ApiError {
    /// The server's side of it: a sentence for who sent the request.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(message) | Self::Denied(_, message) => f.write_str(message),
            Self::Framework(
                ServerFnErrorErr::Deserialization(what)
                | ServerFnErrorErr::Args(what)
                | ServerFnErrorErr::MissingArg(what),
            ) => write!(f, "The request is not what this address takes: {what}."),
            Self::Framework(error) => write!(f, "{error}"),
        }
    }
}

impl<R: Default> From<ApiError> for Exit<R> {
    /// The page's side of it: a sentence for who pressed Send.
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Refused(message) | ApiError::Denied(_, message) => Self::failed(message),
            ApiError::Framework(ServerFnErrorErr::Request(_)) => Self::new(Reason::Lost),
            ApiError::Framework(_) => Self::failed(
                "This page's server gave an answer that makes no sense here. If there is a proxy in front of it, look there.",
            ),
        }
    }
}

/// Words in the HTML of a proxy whose limit on bodies is below ours: nginx takes 1 MiB unless told. RFC 9110 and its predecessors
/// have three names for the status. A cookie that is too large is something else.
const TOO_LARGE: [&[u8]; 3] = [b"Entity Too Large", b"Content Too Large", b"Payload Too Large"];

const TOO_LONG: &str = "A proxy in front of this server takes no question this long. Take a picture away, or allow 16 MB there \
    (nginx: client_max_body_size 16m).";

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    /// The body of a refusal: ours is JSON, a proxy's is not.
    fn de(body: Bytes) -> Self {
        match serde_json::from_slice::<Self>(&body) {
            Ok(refusal) => refusal,
            Err(_) if is_too_large(&body) => Self::Refused(TOO_LONG.to_owned()),
            Err(error) => Self::Framework(ServerFnErrorErr::Deserialization(error.to_string())),
        }
    }

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Framework(error)
    }

    fn status_code(&self) -> StatusCode {
        match self {
            Self::Denied(status, _) => *status,
            Self::Framework(ServerFnErrorErr::Response(_) | ServerFnErrorErr::ServerError(_)) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Not by the library's search for a text, whose code would be a kilobyte of the first visit.
fn is_too_large(body: &[u8]) -> bool {
    TOO_LARGE.iter().any(|name| body.windows(name.len()).any(|part| part == *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NGINX: &str = "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n\
        <center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";

    fn message(body: &'static str) -> String {
        Exit::<()>::from(ApiError::de(Bytes::from(body))).message.unwrap_or_default()
    }

    #[test]
    fn a_proxy_that_takes_no_long_question_is_told_apart_and_what_to_do_is_said() {
        for body in [NGINX, "Request Entity Too Large", "413 Payload Too Large", "<h1>413 Content Too Large</h1>"] {
            assert_eq!(message(body), TOO_LONG);
        }
    }

    #[test]
    fn a_refusal_of_ours_says_what_it_says_and_any_other_page_is_a_riddle() {
        assert_eq!(message(r#"{"error":{"message":"Payload Too Large is a book."}}"#), "Payload Too Large is a book.");
        for body in ["", "<h1>502 Bad Gateway</h1>", "400 Request Header Or Cookie Too Large"] {
            assert!(message(body).starts_with("This page's server gave an answer that makes no sense here."), "{body}");
        }
    }
}
