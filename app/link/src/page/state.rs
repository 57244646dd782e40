//! The state of a job, as its view sees it.

use super::machine::Phase;
use crate::Exit;

/// The state of a [`Job`](super::Job). A view is a `match` of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State<R = ()> {
    /// No task has run yet.
    #[default]
    Idle,
    /// A task runs, or is being asked for.
    Running,
    /// Its stream has been dropped. The exit comes next.
    Stopping,
    /// The latest task has ended.
    Ended(Exit<R>),
}

impl<R> State<R> {
    /// The state in this phase, if this is how the latest task has ended.
    pub(super) fn of(phase: Phase, exit: Option<Exit<R>>) -> Self {
        match phase {
            Phase::Idle => exit.map_or(Self::Idle, Self::Ended),
            Phase::Running => Self::Running,
            Phase::Stopping => Self::Stopping,
        }
    }

    /// Whether a task runs or is being stopped.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self, Self::Running | Self::Stopping)
    }

    /// The exit of the latest task. None before it has ended.
    #[must_use]
    pub const fn exit(&self) -> Option<&Exit<R>> {
        if let Self::Ended(exit) = self { Some(exit) } else { None }
    }
}
