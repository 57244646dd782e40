//! Titles of conversations.

use super::Conversation;

/// The title of a conversation without a question.
pub const UNTITLED: &str = "New chat";

/// The longest title, in characters.
const LONGEST: usize = 60;

impl Conversation {
    /// Sets the title. An empty one stands for the beginning of the first question.
    pub fn rename(&mut self, title: &str) {
        title.trim().clone_into(&mut self.conversation.title);
        if self.conversation.title.is_empty() {
            self.conversation.title = self.first_words();
        }
    }

    /// The beginning of the first question, or the name of its first file. Empty without either.
    #[must_use]
    pub fn first_words(&self) -> String {
        let path = self.path();
        let Some(first) = path.first() else { return String::new() };
        let words = short(&first.text);
        if words.is_empty() { first.files.first().map(|file| short(&file.name)).unwrap_or_default() } else { words }
    }
}

/// The first line of a text, cut after [`LONGEST`] characters.
fn short(text: &str) -> String {
    let text = text.trim();
    let line = text.lines().next().unwrap_or_default().trim_end();
    let short: String = line.chars().take(LONGEST).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_question_makes_a_short_title() {
        assert_eq!(short(&"x".repeat(200)).chars().count(), 61);
        assert_eq!(short("  Why?  \nIt is long."), "Why?…");
        assert_eq!(short(" Why? "), "Why?");
        assert_eq!(short(""), "");
    }
}
