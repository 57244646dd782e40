use super::*;
use crate::chat::protocol::{answer::Exit, message::Role};
use starcrossed::Reason;

mod damaged;
mod property;

pub(super) fn stamp(id: &str, now_ms: u64) -> Provenance {
    Provenance { id: id.into(), writer: "here".into(), now_ms }
}

/// A question `q1`, and its answer `a1`, which was stopped.
fn asked() -> Conversation {
    let mut tree = Conversation::default();
    tree.ask(stamp("q1", 1), "Why?".into(), Vec::new());
    tree.answer(stamp("a1", 2), "q1", "demo".into());
    end(&mut tree, "a1", "Because");
    tree
}

pub(super) fn end(tree: &mut Conversation, id: &str, text: &str) {
    let message = tree.message(id).unwrap().clone();
    tree.update(Message { text: text.into(), exit: Some(Exit::new(Reason::Killed)), ..message });
}

pub(super) fn shown(tree: &Conversation) -> Vec<&str> {
    tree.path().iter().map(|message| message.id.as_str()).collect()
}

#[test]
fn nothing_is_shown_where_nothing_was_asked() {
    let tree = Conversation::default();
    assert!(tree.path().is_empty());
    assert_eq!((tree.siblings("x"), tree.message("x")), ((0, 0), None));
}

#[test]
fn a_question_and_its_answer_are_shown_in_order_and_it_has_a_title() {
    let tree = asked();
    assert_eq!(shown(&tree), ["q1", "a1"]);
    assert_eq!(tree.conversation.title, "Why?");
    assert_eq!((tree.conversation.created_ms, tree.conversation.updated_ms), (1, 2));
}

#[test]
fn an_edited_question_stands_beside_the_old_one() {
    let mut tree = asked();
    tree.edit(stamp("q2", 3), "q1", "How?".into(), Vec::new());
    assert_eq!(shown(&tree), ["q2"]);
    assert_eq!((tree.siblings("q1"), tree.siblings("q2")), ((1, 2), (2, 2)));
}

#[test]
fn choosing_a_sibling_shows_what_was_said_last_below_it_and_stops_at_the_ends() {
    let mut tree = asked();
    tree.ask(stamp("q3", 3), "And?".into(), Vec::new());
    tree.edit(stamp("q2", 4), "q1", "How?".into(), Vec::new());
    tree.choose("q2", true);
    assert_eq!(shown(&tree), ["q2"]);
    tree.choose("q2", false);
    assert_eq!(shown(&tree), ["q1", "a1", "q3"]);
    tree.choose("q1", false);
    assert_eq!(shown(&tree), ["q1", "a1", "q3"]);
    tree.choose("q1", true);
    assert_eq!(shown(&tree), ["q2"]);
}

#[test]
fn a_regenerated_answer_stands_beside_the_old_one() {
    let mut tree = asked();
    assert_eq!(tree.regenerate(stamp("a2", 3), "a1", "other".into()), Some("a2".into()));
    assert_eq!((shown(&tree), tree.siblings("a2")), (vec!["q1", "a2"], (2, 2)));
    assert_eq!(tree.message("a1").unwrap().text, "Because");
}

#[test]
fn an_answer_of_which_nothing_came_is_asked_for_again_in_its_own_place() {
    let mut tree = asked();
    end(&mut tree, "a1", "");
    assert_eq!(tree.regenerate(stamp("a2", 3), "a1", "demo".into()), Some("a1".into()));
    assert_eq!((tree.siblings("a1"), tree.message("a1").unwrap().exit.clone()), ((1, 1), None));
}

#[test]
fn an_empty_answer_of_another_tab_stays_its_own() {
    let mut tree = asked();
    end(&mut tree, "a1", "");
    let elsewhere = Provenance { writer: "there".into(), ..stamp("a2", 3) };
    assert_eq!(tree.regenerate(elsewhere, "a1", "demo".into()), Some("a2".into()));
}

#[test]
fn a_question_is_not_regenerated() {
    assert_eq!(asked().regenerate(stamp("x", 3), "q1", String::new()), None);
}

#[test]
fn an_answer_goes_on_if_it_was_cut_off_and_is_the_last() {
    let mut tree = asked();
    assert!(tree.resume(stamp("", 3), "a1"));
    assert_eq!((tree.message("a1").unwrap().exit.clone(), tree.siblings("a1")), (None, (1, 1)));
    assert!(!tree.resume(stamp("", 4), "a1"), "it is being written");
    end(&mut tree, "a1", "Because");
    tree.ask(stamp("q2", 5), "And?".into(), Vec::new());
    assert!(!tree.resume(stamp("", 6), "a1"), "something was said after it");
}

#[test]
fn several_models_can_answer_one_question() {
    let mut tree = asked();
    tree.answer(stamp("a2", 3), "q1", "one".into());
    tree.answer(stamp("a3", 4), "q1", "two".into());
    assert_eq!((tree.siblings("a3"), shown(&tree)), ((3, 3), vec!["q1", "a3"]));
    tree.show("a2");
    assert_eq!(shown(&tree), ["q1", "a2"]);
}

#[test]
fn what_two_tabs_say_becomes_two_branches() {
    let (mut one, mut other) = (asked(), asked());
    one.ask(stamp("q2", 3), "One?".into(), Vec::new());
    other.ask(stamp("q3", 4), "Other?".into(), Vec::new());
    one.merge(other.messages().to_vec());
    assert_eq!((shown(&one), one.siblings("q2")), (vec!["q1", "a1", "q2"], (1, 2)));
}

#[test]
fn of_two_records_of_one_message_the_later_one_counts() {
    let mut tree = asked();
    let old = tree.message("a1").unwrap().clone();
    tree.merge(vec![Message { saved_ms: old.saved_ms + 1, text: "Because of".into(), ..old.clone() }]);
    tree.merge(vec![old]);
    assert_eq!(tree.message("a1").unwrap().text, "Because of");
}

#[test]
fn a_name_is_kept_until_it_is_taken_away() {
    let mut tree = asked();
    tree.rename(" Mine ");
    tree.ask(stamp("q2", 3), "And?".into(), Vec::new());
    assert_eq!(tree.conversation.title, "Mine");
    tree.rename("");
    assert_eq!(tree.conversation.title, "Why?");
}

#[test]
fn what_another_tab_still_writes_is_worth_another_look() {
    let mut tree = asked();
    tree.answer(Provenance { writer: "there".into(), ..stamp("a2", 3) }, "q1", String::new());
    let is_written = |tree: &Conversation| tree.messages().iter().any(|message| message.exit.is_none());
    assert_eq!(tree.unfinished("here"), [Unfinished { id: "a2".into(), saved_ms: 3 }]);
    assert!(tree.unfinished("there").is_empty(), "a tab that opens a conversation writes nothing in it");
    tree.mark_interrupted("here", &["a2".into()], 1_000_000);
    assert!(is_written(&tree));
    tree.mark_interrupted("here", &[], 3 + 1 + streaming::GRACE_MS);
    assert!(!is_written(&tree));
    assert!(tree.unfinished("here").is_empty());
}

#[test]
fn only_what_is_not_known_here_or_is_later_is_news() {
    let tree = asked();
    let old = tree.message("a1").unwrap().clone();
    assert!(!tree.is_news(&old));
    assert!(tree.is_news(&Message { saved_ms: old.saved_ms + 1, ..old.clone() }));
    assert!(tree.is_news(&Message { id: "a2".into(), ..old }));
}

#[test]
fn an_answer_grows_until_it_has_ended() {
    let ended = asked().message("a1").unwrap().clone();
    let growing = Message { exit: None, ..ended.clone() };
    let longer =
        |of: &Message| Message { text: [&of.text, " it is so"].concat(), saved_ms: of.saved_ms + 1, ..of.clone() };
    assert!(growing.grows_into(&longer(&growing)) && growing.grows_into(&ended));
    assert!(growing.grows_into(&Message { reasoning: "Hm".into(), ..growing.clone() }));
    assert!(ended.grows_into(&Message { saved_ms: ended.saved_ms + 1, ..ended.clone() }));
    assert!(!ended.grows_into(&longer(&ended)) && !ended.grows_into(&growing));
    assert!(!longer(&growing).grows_into(&growing));
    assert!(!asked().message("q1").unwrap().grows_into(&growing));
}

#[test]
fn a_hundred_thousand_versions_are_counted_in_one_walk() {
    const COUNT: usize = 100_000;
    let version = |at: usize| {
        let id = format!("q{at:06}");
        Message { id, asked_ms: at as u64, ..Message::default() }
    };
    let kept = ConversationRecord { messages: (0..COUNT).map(version).collect(), ..ConversationRecord::default() };
    let tree = Conversation::new(kept);
    let began = std::time::Instant::now();
    assert_eq!(tree.siblings("q099999"), (COUNT, COUNT));
    assert!(began.elapsed().as_secs() < 5, "each is compared with each");
}
