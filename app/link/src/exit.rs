//! How a task ended.

use super::Usage;
use serde::{Deserialize, Serialize};
use std::ops::Not;

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

/// The last thing that a task says, or that is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Why it ended.
    pub reason: Reason,
    /// A sentence for the person: what happened, and what they can do now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The same for the log, where that has to say less: who failed may have repeated what it was asked, and that is nobody
    /// else's business.
    #[serde(skip)]
    pub logged: Option<String>,
    /// Why the model ended its answer, in its own word (`stop`, `length`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// What the answer cost, if the model says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Whether the conversation fills the model's context, so that the answer can't go on. Left out where it doesn't.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub full: bool,
    /// The options of the request that the model's server has refused, so that it was asked without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

impl Exit {
    /// An exit that needs no words.
    pub const fn new(reason: Reason) -> Self {
        Self {
            reason,
            message: None,
            logged: None,
            finish_reason: None,
            usage: None,
            full: false,
            left_out: Vec::new(),
        }
    }

    /// The task gave up, because of what `message` says.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::new(Reason::Failed) }
    }
}
