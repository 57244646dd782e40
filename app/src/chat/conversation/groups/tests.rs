use super::*;
use crate::chat::{
    conversation::tests::{end, shown, stamp},
    protocol::message::{ChatMessage, Content},
};

/// A question `q1`, answered by three at once; their ids are not in the order in which they were asked.
fn compared() -> Conversation {
    let mut tree = Conversation::default();
    tree.ask(stamp("q1", 1), "Why?".into(), Vec::new());
    let answers = [("z", "one"), ("a", "two"), ("m", "two")];
    tree.compare(answers.map(|(id, model)| (stamp(id, 2), model.to_owned())).to_vec(), "q1", "g");
    for id in ["z", "a", "m"] {
        end(&mut tree, id, &["from ", id].concat());
    }
    tree
}

fn alternatives<'a>(tree: &'a Conversation, id: &str) -> Vec<&'a str> {
    tree.alternatives(id).iter().map(|answer| answer.id.as_str()).collect()
}

#[test]
fn answers_given_at_once_stand_in_the_order_in_which_they_were_asked_for_and_the_first_is_chosen() {
    let tree = compared();
    assert_eq!(shown(&tree), ["q1", "z"]);
    for id in ["z", "a", "m"] {
        assert_eq!(alternatives(&tree, id), ["z", "a", "m"]);
    }
    assert!(tree.alternatives("q1").is_empty() && tree.alternatives("nobody").is_empty());
}

#[test]
fn each_model_is_sent_its_own_branch_and_nothing_of_the_others() {
    let mut tree = compared();
    tree.show("a");
    tree.ask(stamp("q2", 9), "And?".into(), Vec::new());
    tree.answer(stamp("x", 10), "q2", "one".into());
    let texts = |messages: Vec<ChatMessage>| messages.into_iter().map(|message| message.content).collect::<Vec<_>>();
    let said = texts(tree.request("x").messages);
    assert_eq!(said, ["Why?", "from a", "And?"].map(|text| Content::Text(text.into())));
    let request = tree.request("m");
    assert_eq!(request.model, "two");
    assert_eq!(texts(request.messages), ["Why?", "from m"].map(|text| Content::Text(text.into())));
}

#[test]
fn a_group_counts_as_one_version() {
    let mut tree = compared();
    tree.answer(stamp("b", 9), "q1", "one".into());
    assert_eq!((tree.siblings("b"), tree.siblings("z"), tree.siblings("m")), ((2, 2), (1, 2), (1, 2)));
    tree.choose("b", false);
    assert_eq!(shown(&tree), ["q1", "z"]);
    tree.choose("z", true);
    assert_eq!(shown(&tree), ["q1", "b"]);
}

#[test]
fn going_back_to_a_group_shows_what_was_said_after_it() {
    let mut tree = compared();
    tree.show("a");
    tree.ask(stamp("q2", 8), "And?".into(), Vec::new());
    tree.answer(stamp("b", 9), "q1", "one".into());
    tree.choose("b", false);
    assert_eq!(shown(&tree), ["q1", "a", "q2"]);
}

#[test]
fn an_answer_of_which_no_text_came_begins_anew_where_it_stood_whoever_wrote_it() {
    let mut tree = compared();
    let there = |now_ms| Provenance { writer: "there".into(), ..stamp("", now_ms) };
    assert!(!tree.restart(there(9), "z"), "it has said something");
    end(&mut tree, "z", "");
    assert!(tree.restart(there(9), "z"));
    assert!(!tree.restart(stamp("", 9), "z"), "it is being written");
    assert_eq!(alternatives(&tree, "m"), ["z", "a", "m"]);
    let anew = tree.message("z").unwrap();
    assert_eq!((anew.model.as_str(), anew.writer.as_str(), anew.began_ms, &anew.exit), ("one", "there", 9, &None));
}

#[test]
fn an_answer_that_is_left_of_its_group_stands_alone() {
    let tree = compared();
    let messages = tree.messages().iter().filter(|message| message.id != "z" && message.id != "m").cloned().collect();
    let rest = Conversation::new(crate::chat::conversation::ConversationRecord {
        conversation: tree.conversation.clone(),
        messages,
    });
    assert_eq!((shown(&rest), alternatives(&rest, "a").len()), (vec!["q1", "a"], 0));
}

#[test]
fn questions_make_no_group_whatever_a_file_says() {
    let mut tree = Conversation::default();
    for id in ["q1", "q2"] {
        tree.merge(vec![Message { id: id.into(), group: "g".into(), ..Message::default() }]);
    }
    assert!(tree.alternatives("q1").is_empty());
    assert_eq!(tree.siblings("q2"), (2, 2));
}

#[test]
fn a_group_is_kept_and_what_is_in_none_says_nothing_of_it() {
    let tree = compared();
    let kept = serde_json::to_string(tree.message("z").unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Message>(&kept).unwrap(), *tree.message("z").unwrap());
    assert!(!serde_json::to_string(tree.message("q1").unwrap()).unwrap().contains("group"));
}
