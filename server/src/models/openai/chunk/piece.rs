//! A piece of an answer.

use crate::models::openai::chunk::beyond::Beyond;
use app::chat::protocol::usage::Usage;

/// A piece of an answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) reasoning: String,
    pub(crate) text: String,
    pub(crate) finish_reason: Option<String>,
    pub(crate) usage: Option<Usage>,
    /// The percentage of the prompt that has been read.
    pub(crate) read: Option<u8>,
    /// A part that is neither text nor reasoning.
    pub(crate) beyond: Option<Beyond>,
    /// Whether there may be halves of characters in it, as [`Joiner`](crate::models::openai::wire::surrogates::Joiner) marks them.
    pub(crate) has_halves: bool,
    /// Whether it came as a `message`, which may repeat the deltas before it.
    pub(crate) is_message: bool,
    /// The index of the answer that it belongs to, if it belongs to one.
    pub(crate) choice: Option<u64>,
    /// Whether the same event has pieces of other answers.
    pub(crate) is_one_of_several: bool,
}

impl Piece {
    /// Whether it tells how far the reading of the prompt is, and nothing else: no part of an answer.
    pub(crate) fn is_progress(&self) -> bool {
        self.read.is_some() && *self == Self { read: self.read, choice: self.choice, ..Self::default() }
    }

    /// Whether there is something in it that a model has said.
    pub(crate) const fn says_something(&self) -> bool {
        !self.text.is_empty() || !self.reasoning.is_empty() || self.beyond.is_some()
    }
}
