//! A task as its stream holds it: running, then ended.

use super::failure::crashed;
use crate::Exit;
use futures::FutureExt;
use std::task::{Context, Poll};
use tokio_util::task::AbortOnDropHandle;

/// A task, and then its exit until that has been sent.
#[derive(Debug)]
pub(super) enum Task<R> {
    Running(AbortOnDropHandle<Exit<R>>),
    Ended(Option<Exit<R>>),
}

impl<R: Default> Task<R> {
    /// Whether the task has ended. If not, its end wakes `cx`.
    pub(super) fn has_ended(&mut self, cx: &mut Context<'_>) -> bool {
        if let Self::Running(task) = self
            && let Poll::Ready(ended) = task.poll_unpin(cx)
        {
            *self = Self::Ended(Some(ended.unwrap_or_else(|_| crashed())));
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
