//! A line of the list.

/// A conversation, or a place in one that a search has found.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Line {
    /// The conversation's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The text around the hit; empty in the list of all conversations.
    pub excerpt: String,
    /// The id of the message with the hit; empty where the title has it.
    pub message: String,
}
