//! A conversation that was exported as Markdown, read back: what was said, in its order. What Markdown doesn't have is not
//! in it: other branches, settings, pictures. A file of text that was sent along is part of its question's text.

use super::markdown::{ANSWER, CUT, HEADING, MARK, NAMELESS, QUESTION, REASONED, REASONING};
use crate::{
    chat::tree::{Kept, Message, Stamp, Tree},
    link::{Exit, Reason},
};

/// Reads such a file. `stamp` says who takes it in, and when, and what the next thing in it is to be called.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn from_markdown(text: &str, stamp: &dyn Fn() -> Stamp) -> Result<Kept, String> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mark = ["\n", MARK].concat();
    let mut parts = text.split(&mark);
    let title = parts.next().and_then(|head| head.trim().strip_prefix("# "));
    let mut tree = Tree::default();
    tree.conversation.id = stamp().id;
    let known = parts.all(|part| add(part, stamp, &mut tree).is_some());
    match title {
        Some(title) if known && !tree.messages().is_empty() => tree.rename(title),
        _ => return Err("This is not a conversation that Starcrossed has exported as Markdown.".into()),
    }
    Ok(tree.into_kept())
}

/// Adds a message; none if this isn't one.
fn add(part: &str, stamp: &dyn Fn() -> Stamp, tree: &mut Tree) -> Option<()> {
    let (kind, rest) = part.split_once(HEADING)?;
    let (speaker, text) = rest.split_once('\n').unwrap_or((rest, ""));
    let (stamp, text) = (stamp(), text.trim());
    match kind {
        QUESTION => tree.ask(stamp, text.to_owned(), Vec::new()),
        ANSWER => {
            let model = if speaker == NAMELESS { "" } else { speaker };
            let parent = tree.conversation.head.clone()?;
            let id = stamp.id.clone();
            tree.answer(stamp, &parent, model.to_owned());
            let answer = said(text, tree.message(&id)?.clone());
            tree.update(answer);
        }
        _ => return None,
    }
    Some(())
}

/// An answer, with what it said.
fn said(text: &str, answer: Message) -> Message {
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
    use crate::chat::export::markdown::to_markdown;
    use std::cell::Cell;

    fn read(text: &str) -> Result<Kept, String> {
        let next = Cell::new(0);
        from_markdown(text, &|| {
            next.set(next.get() + 1);
            Stamp { id: next.get().to_string(), writer: "here".into(), now_ms: next.get() }
        })
    }

    #[test]
    fn what_is_exported_as_markdown_can_be_imported() {
        let stamp = |now_ms: u64| Stamp { id: now_ms.to_string(), writer: String::new(), now_ms };
        let mut tree = Tree::default();
        tree.ask(stamp(2), "Why?\n\n## Because?".into(), Vec::new());
        tree.answer(stamp(3), "2", "demo".into());
        let answer = tree.message("3").unwrap().clone();
        tree.update(said(
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
        assert_eq!(to_markdown(&Tree::new(kept)), markdown);
    }

    #[test]
    fn markdown_from_elsewhere_is_refused() {
        for text in ["", "# A title", "# A title\n\n## You\n\nWhy?", "# A\n\n<!-- starcrossed answer -->\n\n## x\n"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
