//! Stored records may be damaged, and imported ones may come from anywhere.

use super::*;

fn message(id: &str, parent: Option<&str>) -> Message {
    Message { id: id.into(), parent: parent.map(Into::into), ..Message::default() }
}

fn tree(messages: Vec<Message>) -> Conversation {
    Conversation::new(ConversationRecord { messages, ..ConversationRecord::default() })
}

#[test]
fn a_message_whose_parent_is_missing_counts_as_a_beginning_until_that_turns_up() {
    let mut tree = tree(vec![message("b", Some("a")), message("c", Some("b"))]);
    assert_eq!(shown(&tree), ["b", "c"]);
    tree.merge(vec![message("a", None)]);
    assert_eq!(shown(&tree), ["a", "b", "c"]);
}

#[test]
fn a_circle_is_cut_and_all_of_it_is_shown() {
    let tree = tree(vec![message("c", Some("b")), message("a", Some("c")), message("b", Some("a"))]);
    assert_eq!(shown(&tree), ["a", "b", "c"]);
    assert_eq!(tree.message("a").unwrap().parent.as_deref(), Some("c"), "its record stays as it is");
}

#[test]
fn a_message_that_answers_itself_counts_as_a_beginning() {
    assert_eq!(shown(&tree(vec![message("a", Some("a")), message("b", Some("a"))])), ["a", "b"]);
}

#[test]
fn a_branch_that_leads_into_a_circle_is_shown() {
    let mut tree = tree(vec![message("a", Some("b")), message("b", Some("a")), message("z", Some("b"))]);
    tree.show("z");
    assert_eq!(shown(&tree), ["a", "b", "z"]);
}

#[test]
fn two_messages_of_one_id_are_one() {
    let old = message("a", None);
    let new = Message { saved_ms: 1, text: "new".into(), ..old.clone() };
    for messages in [vec![old.clone(), new.clone()], vec![new.clone(), old.clone()]] {
        assert_eq!(tree(messages).messages(), std::slice::from_ref(&new));
    }
}

#[test]
fn a_head_that_is_missing_or_has_something_below_it_is_found_again() {
    for head in ["gone", "a", "b"] {
        let conversation = ConversationInfo { head: Some(head.into()), ..ConversationInfo::default() };
        let messages = vec![message("a", None), message("b", Some("a"))];
        assert_eq!(shown(&Conversation::new(ConversationRecord { conversation, messages })), ["a", "b"]);
    }
}

#[test]
fn ten_thousand_messages_in_a_row_are_no_trouble() {
    let id = |at: u32| format!("{at:05}");
    let mut messages: Vec<Message> = (1..10_000).map(|at| message(&id(at), Some(&id(at - 1)))).collect();
    messages.push(message(&id(0), Some(&id(9_999))));
    assert_eq!(tree(messages).path().len(), 10_000);
}
