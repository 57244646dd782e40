//! Refusals of server functions, and how the page shows them.

use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use starcrossed::{Exit, Reason};
use std::fmt;

/// A request that was refused, or that didn't reach the server. On the wire `{"error":{"message":"…"}}`, the shape that
/// OpenAI-compatible servers use.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "Wire", from = "Wire")]
pub enum ApiError {
    /// Refused by a server function (400); the sentence says why.
    Refused(String),
    /// Refused with another status.
    Denied(StatusCode, String),
    /// An error of the framework: on the server, it can't parse the request; in the browser, it can't parse the response, or
    /// there is none.
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
    /// The server's message, for the sender of the request.
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
    /// The page's message, for the person who pressed Send.
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Refused(message) | ApiError::Denied(_, message) => Self::failed(message),
            ApiError::Framework(ServerFnErrorErr::Request(_)) => Self::new(Reason::Lost),
            ApiError::Framework(_) => {
                Self::failed("Unexpected answer from the server. If there is a proxy in front of it, check the proxy.")
            }
        }
    }
}

/// Phrases in the HTML of a proxy whose limit on bodies is below ours: nginx allows 1 MiB by default. RFC 9110 and its
/// predecessors have three names for status 413. A cookie that is too large has another status.
const TOO_LARGE: [&[u8]; 3] = [b"Entity Too Large", b"Content Too Large", b"Payload Too Large"];

const TOO_LONG: &str = "A proxy in front of this server refuses requests this long. Remove a picture, or allow 16 MB there \
    (nginx: client_max_body_size 16m).";

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    /// Parses the body of a refusal. Ours is JSON, a proxy's isn't.
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

/// Compares windows: the library's substring search would add a kilobyte of code to the first visit.
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
    fn proxy_with_a_lower_limit_is_recognized() {
        for body in [NGINX, "Request Entity Too Large", "413 Payload Too Large", "<h1>413 Content Too Large</h1>"] {
            assert_eq!(message(body), TOO_LONG);
        }
    }

    #[test]
    fn our_refusal_is_shown_and_other_pages_are_unexpected() {
        assert_eq!(message(r#"{"error":{"message":"Payload Too Large is a book."}}"#), "Payload Too Large is a book.");
        for body in ["", "<h1>502 Bad Gateway</h1>", "400 Request Header Or Cookie Too Large"] {
            assert!(message(body).starts_with("Unexpected answer from the server."), "{body}");
        }
    }
}
