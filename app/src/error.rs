//! What a server function answers when it can't do what it was asked to, and what the page makes of it.

use crate::link::{Exit, Reason};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
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

impl From<ApiError> for Exit {
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

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

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
