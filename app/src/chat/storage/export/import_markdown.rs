//! Imports a conversation that was exported as Markdown. It has the messages in order, but no other branches, no settings and
//! no pictures, because Markdown has none. An attached text file becomes part of its question's text.

use super::{
    long::Unread,
    markdown::{ANSWER, CUT, HEADING, MARK, NAMELESS, QUESTION, REASONED, REASONING},
};
use crate::{
    chat::{
        conversation::{ConversationInfo, ConversationRecord, Message, Provenance},
        protocol::answer::Exit,
    },
    work::job::Progress,
};
use starcrossed::Reason;

/// Reads an exported Markdown file. `stamp` gives the origin of each new record, with an id of its own.
///
/// # Errors
/// The file is wrong, with a sentence that says why, or the person has cancelled.
pub async fn from_markdown(
    text: &str,
    stamp: &dyn Fn() -> Provenance,
    progress: &mut impl Progress,
) -> Result<ConversationRecord, Unread> {
    let mark = ["\n", MARK].concat();
    let mut parts = text.trim_start_matches('\u{feff}').split(&mark);
    let title = parts.next().and_then(|head| head.trim().strip_prefix("# "));
    let (id, mut messages, mut done) = (stamp().id, Vec::<Message>::new(), 0);
    for part in parts {
        let lines = with_unix_line_ends(part, done, progress).await?;
        let Some(message) = parse_message(&lines, stamp(), messages.last()) else { return Err(foreign()) };
        messages.push(message);
        done += part.len();
        progress.checkpoint(done).await?;
    }
    let (Some(title), Some(last)) = (title, messages.last()) else { return Err(foreign()) };
    let (created_ms, updated_ms) = (messages.first().map_or(0, |first| first.asked_ms), last.asked_ms);
    let known =
        ConversationInfo { id, created_ms, updated_ms, head: Some(last.id.clone()), ..ConversationInfo::default() };
    let mut conversation = known;
    title.trim().clone_into(&mut conversation.title);
    Ok(ConversationRecord { conversation, messages })
}

/// The bytes that are read between two checkpoints.
const PIECE: usize = 128 * 1024;

/// The text with `\n` at the end of each line.
async fn with_unix_line_ends(text: &str, done: usize, progress: &mut impl Progress) -> Result<String, Unread> {
    let (mut lines, mut rest) = (String::with_capacity(text.len()), text);
    while !rest.is_empty() {
        let most = rest.floor_char_boundary(PIECE);
        // Never between `\r` and `\n`.
        let end = if rest[..most].ends_with('\r') { most + 1 } else { most };
        let (piece, more) = rest.split_at(rest.floor_char_boundary(end));
        lines.push_str(&piece.replace("\r\n", "\n"));
        rest = more;
        progress.checkpoint(done + text.len() - rest.len()).await?;
    }
    Ok(lines)
}

fn foreign() -> Unread {
    Unread::Wrong("This is not a conversation that Starcrossed has exported as Markdown.".into())
}

/// The message in this part, after the message `before`. None if the part is no message.
fn parse_message(part: &str, stamp: Provenance, before: Option<&Message>) -> Option<Message> {
    let (kind, rest) = part.split_once(HEADING)?;
    let (speaker, text) = rest.split_once('\n').unwrap_or((rest, ""));
    let (parent, text) = (before.map(|before| before.id.clone()), text.trim());
    match kind {
        QUESTION => Some(Message::question(stamp, parent, text.to_owned(), Vec::new())),
        ANSWER => {
            let model = if speaker == NAMELESS { "" } else { speaker };
            Some(with_text(text, Message::answer(stamp, Some(parent?), model.to_owned())))
        }
        _ => None,
    }
}

/// An answer with its text, its reasoning and its end.
fn with_text(text: &str, answer: Message) -> Message {
    let (text, reason) = match text.strip_suffix(CUT) {
        Some(text) => (text.trim_end(), Reason::Interrupted),
        None => (text, Reason::Normal),
    };
    let thought = text.strip_prefix(REASONING).and_then(|text| text.split_once(REASONED));
    let (reasoning, text) = thought.unwrap_or(("", text));
    let (reasoning, text) = (reasoning.to_owned(), text.trim_start().to_owned());
    Message { reasoning, text, exit: Some(Exit::new(reason)), ..answer }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chat::{conversation::Conversation, storage::export::markdown::to_markdown},
        work::job::tests::CancelAfter,
    };
    use futures::executor::block_on;
    use std::cell::Cell;

    fn read(text: &str) -> Result<ConversationRecord, Unread> {
        let next = Cell::new(0);
        let stamp = || {
            next.set(next.get() + 1);
            Provenance { id: next.get().to_string(), writer: "here".into(), now_ms: next.get() }
        };
        block_on(from_markdown(text, &stamp, &mut CancelAfter(usize::MAX)))
    }

    #[test]
    fn exported_markdown_can_be_imported() {
        let stamp = |now_ms: u64| Provenance { id: now_ms.to_string(), writer: String::new(), now_ms };
        let mut tree = Conversation::default();
        tree.ask(stamp(2), "Why?\n\n## Because?".into(), Vec::new());
        tree.answer(stamp(3), "2", "demo".into());
        let answer = tree.message("3").unwrap().clone();
        tree.update(with_text(
            "<details><summary>Reasoning</summary>\n\nHm.\n\n</details>\n\n# So\n\n## You\n\n- a",
            answer,
        ));
        tree.ask(stamp(4), "And?".into(), Vec::new());
        tree.answer(stamp(5), "4", String::new());
        let answer = tree.message("5").unwrap().clone();
        tree.update(Message { text: "Half an".into(), ..answer });
        tree.rename("My title");
        let markdown = to_markdown(&tree);
        let kept = read(&markdown.replace('\n', "\r\n")).unwrap();
        let said: Vec<_> = kept.messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(said, ["Why?\n\n## Because?", "# So\n\n## You\n\n- a", "And?", "Half an"]);
        assert_eq!((kept.messages[1].reasoning.as_str(), kept.messages[1].model.as_str()), ("Hm.", "demo"));
        assert_eq!(to_markdown(&Conversation::new(kept)), markdown);
    }

    #[test]
    fn line_end_is_never_split() {
        for before in PIECE - 2..PIECE + 2 {
            let text = ["x".repeat(before), "\r\n\ré".repeat(PIECE / 4)].concat();
            let lines = block_on(with_unix_line_ends(&text, 0, &mut CancelAfter(usize::MAX))).unwrap();
            assert!(lines == text.replace("\r\n", "\n"), "{before}");
        }
        let text = "x".repeat(4 * PIECE);
        assert!(matches!(block_on(with_unix_line_ends(&text, 0, &mut CancelAfter(2))), Err(Unread::Cancelled)));
    }

    #[test]
    fn other_markdown_is_refused() {
        for text in ["", "# A title", "# A title\n\n## You\n\nWhy?", "# A\n\n<!-- starcrossed answer -->\n\n## x\n"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
