//! Conversations as files: JSON, which has all of them whole, and Markdown, which is to be read. Both can be imported again.

pub mod from_markdown;
pub mod markdown;

use super::tree::Kept;
use serde::{Deserialize, Serialize};

/// The version of the file's form. It goes up when an older page could no longer read it.
const VERSION: u32 = 1;

/// `{"starcrossed":1,"conversations":[{"conversation":{…},"messages":[…]}]}`
#[derive(Serialize, Deserialize)]
struct File {
    starcrossed: u32,
    conversations: Vec<Kept>,
}

/// These conversations as JSON, with all their branches.
#[must_use]
pub fn to_json(conversations: Vec<Kept>) -> String {
    // Nothing in them can fail to be written: there are no maps with odd keys, and every number is whole.
    serde_json::to_string(&File { starcrossed: VERSION, conversations }).unwrap_or_default()
}

/// Reads such a file.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn from_json(json: &str) -> Result<Vec<Kept>, String> {
    let file: File = serde_json::from_str(json.trim_start_matches('\u{feff}')).map_err(|error| {
        ["This is not a file of conversations that Starcrossed has exported: ", &error.to_string(), "."].concat()
    })?;
    if file.starcrossed > VERSION {
        return Err(
            "This file was exported by a newer Starcrossed than this one. Update this one, and try again.".into()
        );
    }
    let is_sound = |kept: &Kept| is_id(&kept.conversation.id) && kept.messages.iter().all(|message| is_id(&message.id));
    if !file.conversations.iter().all(is_sound) {
        return Err("This file is damaged: a conversation or a message in it has no name that could be kept.".into());
    }
    Ok(file.conversations)
}

/// What a conversation or a message can be called: what keys and addresses are made of.
#[must_use]
pub fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&id.len()) && id.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chat::tree::{Stamp, Tree},
        link::{Event, Exit},
    };

    fn kept() -> Kept {
        let stamp = |id: &str| Stamp { id: id.into(), writer: "here".into(), now_ms: 7 };
        let mut tree = Tree::default();
        tree.conversation.id = "c1".into();
        tree.conversation.draft = "so \u{2028} \" far".into();
        tree.ask(stamp("q1"), "Why? 🦀".into(), Vec::new());
        tree.answer(stamp("a1"), "q1", "demo".into());
        let mut answer = tree.message("a1").unwrap().clone();
        answer.hear(Event::Start { task: "t".into() }, 8);
        answer.hear(Event::Exit(Exit::failed("no")), 9);
        tree.update(answer);
        Kept { messages: tree.messages().to_vec(), conversation: tree.conversation }
    }

    #[test]
    fn what_is_exported_can_be_imported() {
        assert_eq!(from_json(&to_json(vec![kept(), kept()])), Ok(vec![kept(), kept()]));
        assert_eq!(from_json(&["\u{feff}", &to_json(Vec::new())].concat()), Ok(Vec::new()));
    }

    #[test]
    fn a_file_that_is_something_else_is_refused_with_the_reason() {
        for (file, reason) in [
            ("", "EOF"),
            ("<html>", "expected value"),
            ("[1,2]", "invalid type"),
            (r#"{"conversations":[]}"#, "missing field `starcrossed`"),
            (r#"{"starcrossed":1,"conversations":[{"conversation":{"id":3},"messages":[]}]}"#, "expected a string"),
            (r#"{"starcrossed":2,"conversations":[]}"#, "newer"),
            (r#"{"starcrossed":1,"conversations":[{"conversation":{"id":"a/b"},"messages":[]}]}"#, "damaged"),
            (r#"{"starcrossed":1,"conversations":[{"conversation":{"id":"a"},"messages":[{}]}]}"#, "damaged"),
        ] {
            let error = from_json(file).unwrap_err();
            assert!(error.contains(reason), "{file}: {error}");
        }
    }

    #[test]
    fn a_name_is_made_of_what_an_address_is_made_of() {
        assert!(is_id("k7x2-_A"));
        for id in ["", "a/b", "a b", "é", &"x".repeat(65)] {
            assert!(!is_id(id), "{id}");
        }
    }
}
