//! The fate of a task.

use crate::Reason;
use serde::{Deserialize, Serialize};

/// The fate of one task. In JSON `{"state":"running"}`, `{"state":"ended","reason":"killed","deltas":3,"lived_ms":812}` or
/// `{"state":"unknown"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Fate {
    /// The task lives.
    Running,
    /// The task has ended, and all that it held is gone.
    Ended {
        /// Why it ended.
        reason: Reason,
        /// The number of items that it sent.
        deltas: u64,
        /// Its lifetime in milliseconds.
        lived_ms: u64,
    },
    /// No such task lived here, or too long ago.
    Unknown,
}
