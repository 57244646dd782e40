//! A conversation as Markdown: for people, and for [`import_markdown`](crate::chat::storage::export::import_markdown).

use crate::chat::{
    conversation::{Conversation, Message, request::fenced, title::UNTITLED},
    protocol::message::Role,
};
use starcrossed::Reason;

/// The comment before each message. A reader of the page doesn't see it. Headings alone can't separate messages, because an
/// answer has its own.
pub(super) const MARK: &str = "<!-- starcrossed ";
pub(super) const QUESTION: &str = "question";
pub(super) const ANSWER: &str = "answer";
pub(super) const HEADING: &str = " -->\n\n## ";
pub(super) const NAMELESS: &str = "Answer";
pub(super) const REASONING: &str = "<details><summary>Reasoning</summary>\n\n";
pub(super) const REASONED: &str = "\n\n</details>";
pub(super) const CUT: &str = "*(Cut off here.)*";

/// The visible branch as Markdown.
#[cfg(test)]
pub(super) fn to_markdown(tree: &Conversation) -> String {
    let mut text = heading(tree);
    for message in tree.path() {
        add(message, &mut text);
    }
    text
}

/// The beginning of the file: the title.
#[must_use]
pub fn heading(tree: &Conversation) -> String {
    let title = tree.conversation.title.as_str();
    ["# ", if title.is_empty() { UNTITLED } else { title }, "\n"].concat()
}

/// One message as Markdown.
#[must_use]
pub fn message(message: &Message) -> String {
    let mut text = String::new();
    add(message, &mut text);
    text
}

fn add(message: &Message, text: &mut String) {
    let (kind, speaker) = match message.role {
        Role::User => (QUESTION, "You"),
        _ if message.model.is_empty() => (ANSWER, NAMELESS),
        _ => (ANSWER, message.model.as_str()),
    };
    paragraph(&[MARK, kind, HEADING, speaker], text);
    if !message.reasoning.trim().is_empty() {
        let reasoning = message.reasoning.trim();
        paragraph(&[REASONING, reasoning, REASONED], text);
    }
    for file in &message.files {
        if file.is_image() {
            paragraph(&["*Image: ", &file.name, "*"], text);
        } else {
            text.push('\n');
            fenced(file, text);
            text.push('\n');
        }
    }
    if !message.text.trim().is_empty() {
        paragraph(&[message.text.trim()], text);
    }
    // An incomplete answer must not look like a complete one.
    if message.exit.as_ref().is_none_or(|exit| exit.reason != Reason::Normal) {
        paragraph(&[CUT], text);
    }
}

fn paragraph(pieces: &[&str], text: &mut String) {
    text.push('\n');
    for piece in pieces {
        text.push_str(piece);
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::conversation::{File, Provenance};

    #[test]
    fn a_conversation_reads_well_and_half_an_answer_is_marked() {
        let stamp = |id: &str| Provenance { id: id.into(), writer: String::new(), now_ms: 0 };
        let file = |name: &str, mime: &str| File { name: name.into(), mime: mime.into(), data: "x".into() };
        let mut tree = Conversation::default();
        tree.ask(stamp("q"), "Why?".into(), vec![file("a.png", "image/png"), file("b.txt", "text/plain")]);
        tree.answer(stamp("a"), "q", "demo".into());
        let answer = tree.message("a").unwrap().clone();
        tree.update(Message { text: "Because".into(), reasoning: "Hm.".into(), ..answer });
        let expected = "# Why?\n\n<!-- starcrossed question -->\n\n## You\n\n*Image: a.png*\n\nb.txt:\n\n```\nx\n```\n\nWhy?\n\n\
                        <!-- starcrossed answer -->\n\n## demo\n\n\
                        <details><summary>Reasoning</summary>\n\nHm.\n\n</details>\n\nBecause\n\n*(Cut off here.)*\n";
        assert_eq!(to_markdown(&tree), expected);
    }

    #[test]
    fn an_empty_conversation_has_a_title_at_least() {
        assert_eq!(to_markdown(&Conversation::default()), "# New chat\n");
    }
}
