use super::*;
use crate::chat::{
    conversation::{ConversationRecord, Settings},
    protocol::answer::Exit,
};
use starcrossed::Reason;

/// A branch of these messages, which is also what they are called.
fn branch(messages: &[(Role, &str)]) -> Conversation {
    let message = |(at, (role, text)): (usize, &(Role, &str))| Message {
        id: format!("{at}"),
        parent: at.checked_sub(1).map(|parent| format!("{parent}")),
        role: *role,
        text: (*text).into(),
        asked_ms: at as u64,
        exit: Some(Exit::new(Reason::Killed)),
        ..Message::default()
    };
    Conversation::new(ConversationRecord {
        messages: messages.iter().enumerate().map(message).collect(),
        ..ConversationRecord::default()
    })
}

fn sent(tree: &Conversation, answer: &str) -> Vec<(Role, String)> {
    let said = |message: ChatMessage| match message.content {
        Content::Text(text) => (message.role, text),
        Content::Parts(parts) => (message.role, Value::Array(parts).to_string()),
    };
    tree.request(answer).messages.into_iter().map(said).collect()
}

use Role::{Assistant, System, User};

#[test]
fn the_whole_branch_is_sent_with_a_stopped_answer_in_it() {
    let tree = branch(&[(User, "a"), (Assistant, "b"), (User, "c"), (Assistant, "")]);
    assert_eq!(sent(&tree, "3"), [(User, "a".into()), (Assistant, "b".into()), (User, "c".into())]);
}

#[test]
fn an_answer_that_is_to_go_on_is_sent_as_far_as_it_came() {
    let tree = branch(&[(User, "a"), (Assistant, "half \n")]);
    assert_eq!(sent(&tree, "1"), [(User, "a".into()), (Assistant, "half".into())]);
}

#[test]
fn a_thought_that_is_to_go_on_is_sent_and_one_that_begins_anew_is_not() {
    let think = || {
        let mut tree = branch(&[(User, "a"), (Assistant, "")]);
        let answer = &mut tree.messages[1];
        (answer.reasoning, answer.first_ms) = ("Hm, so \n".into(), 5);
        tree
    };
    let stamp = || super::super::Provenance { id: "new".into(), writer: String::new(), now_ms: 9 };
    let mut tree = think();
    assert!(tree.resume(stamp(), "1"));
    let messages = tree.request("1").messages;
    assert_eq!((messages.len(), messages[1].role, &messages[1].content), (2, Assistant, &Content::default()));
    assert_eq!(messages[1].reasoning_content, "Hm, so");

    let mut blank = think();
    blank.messages[1].text = "\n".into();
    assert!(blank.resume(stamp(), "1"));
    assert_eq!(blank.request("1").messages.last().unwrap().reasoning_content, "Hm, so");

    let mut tree = think();
    tree.messages[1].restart(String::new(), 9);
    assert_eq!(sent(&tree, "1"), [(User, "a".into())]);
    assert_eq!(tree.messages[1].reasoning, "Hm, so\n\n");
}

#[test]
fn two_questions_with_nothing_between_them_become_one() {
    let tree = branch(&[(User, "a"), (Assistant, " "), (User, "b"), (Assistant, "")]);
    assert_eq!(sent(&tree, "3"), [(User, "a\n\nb".into())]);
}

#[test]
fn what_comes_after_the_answer_and_beside_it_is_not_sent() {
    let mut tree = branch(&[(User, "a"), (Assistant, "b"), (User, "c"), (Assistant, "d")]);
    let stamp = super::super::Provenance { id: "new".into(), writer: String::new(), now_ms: 9 };
    let id = tree.regenerate(stamp, "1", "demo".into()).unwrap();
    assert_eq!(sent(&tree, &id), [(User, "a".into())]);
    assert_eq!(tree.request(&id).model, "demo");
}

#[test]
fn the_system_prompt_comes_first_and_the_settings_go_along() {
    let mut tree = branch(&[(User, "a"), (Assistant, "")]);
    tree.conversation.settings = Settings { system: " Be brief. ".into(), seed: "7".into(), ..Settings::default() };
    assert_eq!(sent(&tree, "1"), [(System, "Be brief.".into()), (User, "a".into())]);
    assert_eq!(tree.request("1").options.get("seed"), Some(&"7".into()));
}

#[test]
fn an_image_goes_along_as_a_part_and_a_text_file_in_a_fence() {
    let file = |name: &str, mime: &str, data: &str| File { name: name.into(), mime: mime.into(), data: data.into() };
    let files = vec![file("a.png", "image/png", "data:image/png;base64,AA"), file("b.md", "text/markdown", "````\n")];
    let mut tree = branch(&[(User, "see"), (Assistant, "")]);
    tree.update(Message { files, ..tree.message("0").unwrap().clone() });
    let parts = json!([
        { "type": "text", "text": "b.md:\n\n`````\n````\n`````\n\nsee" },
        { "type": "image_url", "image_url": { "url": "data:image/png;base64,AA" } },
    ]);
    assert_eq!(sent(&tree, "1"), [(User, parts.to_string())]);
}

#[test]
fn two_questions_with_an_image_become_one_in_parts() {
    let mut tree = branch(&[(User, "a"), (User, "b"), (User, "c"), (Assistant, "")]);
    let files = vec![File { mime: "image/png".into(), data: "data:x".into(), ..File::default() }];
    tree.update(Message { files, ..tree.message("1").unwrap().clone() });
    let text = |text: &str| json!({ "type": "text", "text": text });
    let image = json!({ "type": "image_url", "image_url": { "url": "data:x" } });
    assert_eq!(sent(&tree, "3"), [(User, json!([text("a"), text("b"), image, text("c")]).to_string())]);
}

#[test]
fn an_answer_that_is_not_there_asks_nothing() {
    assert_eq!(sent(&branch(&[(User, "a")]), "x"), []);
}
