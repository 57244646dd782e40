//! Token counts.

use serde::{Deserialize, Serialize};

/// The tokens of a request and its answer, as OpenAI-compatible servers count them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The tokens of the prompt, all earlier messages included.
    #[serde(default)]
    pub prompt_tokens: u64,
    /// The tokens of the answer, reasoning included.
    #[serde(default)]
    pub completion_tokens: u64,
}
