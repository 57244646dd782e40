//! The exit of a task that was never started: the server refused it, or could not be reached.

use crate::{Exit, Reason};
use server_fn::ServerFnError;

const NONSENSE: &str =
    "The server gave an answer that makes no sense here. If there is a proxy in front of it, look there.";

impl<R: Default> From<ServerFnError> for Exit<R> {
    /// A request that reached no server is a lost connection. Any other error is a refusal.
    fn from(error: ServerFnError) -> Self {
        match error {
            ServerFnError::Request(_) => Self::new(Reason::Lost),
            ServerFnError::ServerError(message) | ServerFnError::MiddlewareError(message) => Self::failed(message),
            ServerFnError::Deserialization(_) | ServerFnError::Response(_) => Self::failed(NONSENSE),
            error => Self::failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsent_request_is_lost_and_a_refusal_is_not() {
        assert_eq!(Exit::<()>::from(ServerFnError::Request("offline".into())), Exit::new(Reason::Lost));
        let refused: Exit = ServerFnError::ServerError("No such folder.".into()).into();
        assert_eq!(refused, Exit::failed("No such folder."));
        let nonsense: Exit = ServerFnError::Deserialization("expected value at line 1 column 1".into()).into();
        assert_eq!(nonsense, Exit::failed(NONSENSE));
    }
}
