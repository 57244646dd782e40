use super::{long::Unread, *};
use crate::{
    chat::{
        conversation::{Conversation, ConversationRecord, Provenance},
        protocol::answer::{Event, Exit},
    },
    work::job::tests::CancelAfter,
};
use futures::executor::block_on;

fn kept() -> ConversationRecord {
    let stamp = |id: &str| Provenance { id: id.into(), writer: "here".into(), now_ms: 7 };
    let mut tree = Conversation::default();
    tree.conversation.id = "c1".into();
    tree.conversation.draft = "so \u{2028} \" ]}, far".into();
    tree.ask(stamp("q1"), "Why? 🦀 \\\"".into(), Vec::new());
    tree.answer(stamp("a1"), "q1", "demo".into());
    let mut answer = tree.message("a1").unwrap().clone();
    answer.apply(Event::Start { task: "t".into() }, 8);
    answer.apply(Event::Exit(Exit::failed("no")), 9);
    tree.update(answer);
    ConversationRecord { messages: tree.messages().to_vec(), conversation: tree.conversation }
}

fn to_json(all: &[ConversationRecord]) -> String {
    let mut file = begin();
    for (at, kept) in all.iter().enumerate() {
        file += &begin_conversation(&kept.conversation, at == 0);
        for (at, message) in kept.messages.iter().enumerate() {
            file += if at > 0 { "," } else { "" };
            file += &block_on(long::write_message(message, 0, &mut CancelAfter(9))).unwrap().concat();
        }
        file += END_OF_MESSAGES;
    }
    file + END
}

fn read(json: &str) -> Result<Vec<ConversationRecord>, String> {
    block_on(from_json(json.as_bytes(), &mut CancelAfter(usize::MAX))).map_err(|unread| match unread {
        Unread::Wrong(reason) => reason,
        Unread::Cancelled => "cancelled".into(),
    })
}

#[test]
fn exported_conversations_can_be_imported() {
    assert_eq!(read(&to_json(&[kept(), kept()])), Ok(vec![kept(), kept()]));
    assert_eq!(read(&["\u{feff}", &to_json(&[]), "\r\n"].concat()), Ok(Vec::new()));
}

#[test]
fn file_written_by_another_program_is_read() {
    let file = to_json(&[kept()]);
    let value: serde_json::Value = serde_json::from_str(&file).unwrap();
    assert_eq!(read(&serde_json::to_string_pretty(&value).unwrap()), Ok(vec![kept()]), "in the order of its keys");
    let with_more = file.replacen('{', r#"{"note":[{"a":"]}"},[1,2]],"n":-1.5e3,"#, 1);
    assert_eq!(read(&with_more), Ok(vec![kept()]));
}

#[test]
fn other_file_is_refused_with_the_reason() {
    for (file, reason) in [
        ("", "EOF"),
        ("<html>", "expected value"),
        ("[1,2]", "expected value"),
        (r#"{"conversations":[]}"#, "missing field `starcrossed`"),
        (r#"{"starcrossed":1}"#, "missing field `conversations`"),
        (r#"{"starcrossed":1,"conversations":[]} x"#, "expected value"),
        (r#"{"starcrossed":1,"conversations":[{"conversation":{"id":3},"messages":[]}]}"#, "expected a string"),
        (r#"{"starcrossed":1,"conversations":[{"conversation":{"id":"a"}}]}"#, "missing field `messages`"),
        (r#"{"starcrossed":2,"conversations":[]}"#, "newer"),
        (r#"{"starcrossed":1,"conversations":[{"conversation":{"id":"a/b"},"messages":[]}]}"#, "damaged"),
        (r#"{"starcrossed":1,"conversations":[{"conversation":{"id":"a"},"messages":[{}]}]}"#, "damaged"),
    ] {
        let error = read(file).unwrap_err();
        assert!(error.contains(reason) && error.ends_with('.'), "{file}: {error}");
    }
}

#[test]
fn incomplete_file_is_refused() {
    let file = to_json(&[kept(), kept()]);
    for (end, _) in file.char_indices() {
        assert!(read(&file[..end]).is_err(), "{}", &file[..end]);
    }
}

#[test]
fn cancel_ends_reading() {
    let json = to_json(&[kept(), kept()]);
    assert!(matches!(block_on(from_json(json.as_bytes(), &mut CancelAfter(2))), Err(Unread::Cancelled)));
}

#[test]
fn id_has_only_letters_of_an_address() {
    assert!(is_id("k7x2-_A"));
    for id in ["", "a/b", "a b", "é", &"x".repeat(65)] {
        assert!(!is_id(id), "{id}");
    }
}
