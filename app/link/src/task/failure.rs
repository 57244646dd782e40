//! Why work gave up.

use super::Gone;
use crate::{Exit, Reason};
use std::error::Error;
use tokio::task::JoinError;

/// The error of linked work. Every [`Error`] becomes one by `?`; its text is the message that the page shows. Two
/// kinds, and errors that they caused, have exits of their own. [`Gone`] is [`Reason::Killed`], because no page is left
/// to read more. The panic of a thread or an inner task is [`Reason::Crashed`], and its text goes only to the log.
///
/// Like `anyhow::Error` it does not implement [`Error`] itself, because that would conflict with this conversion.
#[derive(Debug)]
pub struct Failure(Exit);

impl Failure {
    /// A failure with this message for the page.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Exit::failed(message))
    }

    /// The failure of an error that is boxed already: `.map_err(Failure::of)?` for `anyhow::Error` and `Box<dyn Error>`.
    pub fn of(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::caused_by(&*error.into())
    }

    fn caused_by(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(one) = cause {
            if one.is::<Gone>() {
                return Self(Exit::new(Reason::Killed));
            }
            if one.downcast_ref().is_some_and(JoinError::is_panic) {
                return Self(Exit { log_message: Some(error.to_string()), ..crashed() });
            }
            cause = one.source();
        }
        Self::new(error.to_string())
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::caused_by(&error)
    }
}

impl<R: Default> From<Result<R, Failure>> for Exit<R> {
    fn from(ended: Result<R, Failure>) -> Self {
        match ended {
            Ok(result) => Self { result, ..Self::new(Reason::Normal) },
            Err(Failure(Exit { reason, message, log_message, .. })) => {
                Self { message, log_message, ..Self::new(reason) }
            }
        }
    }
}

/// The exit of a task that panicked. The panic's own words are for the log alone.
pub(super) fn crashed<R: Default>() -> Exit<R> {
    Exit::with_message(
        Reason::Crashed,
        "The task crashed; the server's log says where. Everything else goes on working.",
    )
}
