//! What an answer cost.

use serde::{Deserialize, Serialize};

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
