//! Why work gave up.

use super::Gone;
use crate::{Exit, Reason};
use std::{any::Any, error::Error};

/// The error of linked work. Every error becomes one by `?`; its text is the message that the page shows.
///
/// Like `anyhow::Error` it is no [`Error`] itself, or that conversion could not be.
#[derive(Debug)]
pub struct Failure(Exit);

impl Failure {
    /// A failure with this message for the page.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Exit::failed(message))
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        if (&error as &dyn Any).is::<Gone>() {
            return Self(Exit::new(Reason::Killed)); // nobody is there to hear anything else
        }
        Self::new(error.to_string())
    }
}

impl<R: Default> From<Result<R, Failure>> for Exit<R> {
    fn from(ended: Result<R, Failure>) -> Self {
        match ended {
            Ok(result) => Self { result, ..Self::new(Reason::Normal) },
            Err(Failure(exit)) => Self { message: exit.message, ..Self::new(exit.reason) },
        }
    }
}
