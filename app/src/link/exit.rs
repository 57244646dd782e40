//! How a task ended.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Names one task. Can't be guessed, so that nobody can ask after another's.
pub type TaskId = Arc<str>;

/// Why a task is no more.
///
/// The first five are the server's to say. The last two only a page can know, since they mean that nobody told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// The task did all that it was asked to.
    Normal,
    /// The task gave up, and its message says why: the upstream refused, broke off, or sent rubbish.
    Failed,
    /// The task panicked. The panic itself is in the server's log.
    Crashed,
    /// The page let go of the task: Stop was pressed, or the page went away.
    Killed,
    /// The server is going down.
    Shutdown,
    /// The page was left while the task was running, which killed it.
    Interrupted,
    /// The stream broke off without saying how the task ended.
    Lost,
}

impl Reason {
    /// The word for it, as on the wire, in the log and in the metrics.
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

/// The last thing that a task says, or that is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Why it ended.
    pub reason: Reason,
    /// A sentence for the person: what happened, and what they can do now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why the model ended its answer, in its own word (`stop`, `length`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// What the answer cost, if the model says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// Tokens that went in and came out, as OpenAI-compatible servers count them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the question, all earlier messages included.
    #[serde(default)]
    pub prompt_tokens: u64,
    /// Tokens of the answer, reasoning included.
    #[serde(default)]
    pub completion_tokens: u64,
}

impl Exit {
    /// An exit that needs no words.
    #[must_use]
    pub const fn new(reason: Reason) -> Self {
        Self { reason, message: None, finish_reason: None, usage: None }
    }

    /// An exit that a person has to be told about.
    #[must_use]
    pub fn with_message(reason: Reason, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::new(reason) }
    }

    /// The task gave up, because of what `message` says.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self::with_message(Reason::Failed, message)
    }
}

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
