//! The exit of a task, and its reason.

use serde::{Deserialize, Serialize};

/// Why a task ended.
///
/// The server sends the first five. The page itself concludes the last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// The task finished its work.
    Normal,
    /// The task gave up. The exit's message says why.
    Failed,
    /// The task panicked. The panic's own words are in the server's log.
    Crashed,
    /// The page stopped the task, or went away.
    Killed,
    /// The server is shutting down.
    Shutdown,
    /// The page was left while the task was running, which killed it.
    Interrupted,
    /// The stream broke off without an exit.
    Lost,
}

impl Reason {
    /// The reason's name on the wire, in the log and in metrics.
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

/// The last event of a task. On the wire `{"reason":"normal"}`, with the fields of `R` beside it.
///
/// `R` is the task's own result. It is a struct that has no fields `reason` and `message`, since its fields stand beside
/// these; any other `R` is refused with an error by the server function. A task that fails has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit<R = ()> {
    /// Why the task ended.
    pub reason: Reason,
    /// A sentence for a person: what happened, and what to do now. None where the reason says all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The sentence for the log, where the message may repeat something private. It never leaves the server.
    #[serde(skip)]
    pub log_message: Option<String>,
    /// The task's result.
    #[serde(flatten)]
    pub result: R,
}

impl<R: Default> Exit<R> {
    /// An exit without a message.
    pub fn new(reason: Reason) -> Self {
        Self { reason, message: None, log_message: None, result: R::default() }
    }

    /// An exit with a message.
    pub fn with_message(reason: Reason, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::new(reason) }
    }

    /// The task gave up, for the reason in `message`.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::with_message(Reason::Failed, message)
    }
}
