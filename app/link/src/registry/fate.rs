//! What became of a task.

use super::Reason;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Names one task. Can't be guessed, so that nobody can ask after another's.
pub type TaskId = Arc<str>;

/// What became of a task, as `/api/fate` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Fate {
    /// It is at work.
    Running,
    /// It is gone, and so is all that it held.
    Ended {
        /// Why.
        reason: Reason,
        /// How many deltas it sent.
        deltas: u64,
        /// How long it lived, in milliseconds.
        lived_ms: u64,
    },
    /// Nothing is known of it: it never lived here, or too long ago.
    Unknown,
}

impl Reason {
    /// The word for it, as on the wire, for the log, the metrics and the monitor.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Failed => "failed",
            Self::Crashed => "crashed",
            Self::Killed => "killed",
            Self::Shutdown => "shutdown",
            Self::Interrupted => "interrupted",
            Self::Lost => "lost",
        }
    }
}
