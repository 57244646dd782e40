//! A task as its stream holds it: running, then ended.

use super::{failure::crashed, guard::StreamGuard};
use crate::{Exit, Reason};
use futures::FutureExt;
use std::task::{Context, Poll};
use tokio::task::JoinError;

/// A task, and then its exit until that has been sent.
#[derive(Debug)]
pub(super) enum Task<R> {
    Running(StreamGuard<R>),
    Ended(Option<Exit<R>>),
}

impl<R: Default> Task<R> {
    /// Whether the task has ended. If not, its end wakes `cx`.
    pub(super) fn has_ended(&mut self, cx: &mut Context<'_>) -> bool {
        if let Self::Running(guard) = self
            && let Poll::Ready(ended) = guard.task.poll_unpin(cx)
        {
            *self = Self::Ended(Some(ended.unwrap_or_else(|error| failed(&error))));
        }
        matches!(self, Self::Ended(_))
    }

    /// Whether the exit has been taken.
    pub(super) const fn is_over(&self) -> bool {
        matches!(self, Self::Ended(None))
    }

    /// The exit, once.
    pub(super) fn take_exit(&mut self) -> Option<Exit<R>> {
        if let Self::Ended(exit) = self { exit.take() } else { None }
    }
}

/// The exit of a task that a panic ended, or the end of its runtime.
fn failed<R: Default>(error: &JoinError) -> Exit<R> {
    if error.is_panic() { crashed() } else { Exit::new(Reason::Killed) }
}
