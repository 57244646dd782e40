use super::*;
use crate::chat::{
    conversation::Provenance,
    protocol::{answer::Completion, message::Role, usage::Usage},
};

fn stamp(id: &str, now_ms: u64) -> Provenance {
    Provenance { id: id.into(), writer: "here".into(), now_ms }
}

fn answer() -> Message {
    Message::answer(stamp("a", 1000), None, "demo".into())
}

fn text(text: &str) -> Event {
    Event::Item(AnswerItem::Delta(Delta::Text(text.into())))
}

fn thought(text: &str) -> Event {
    Event::Item(AnswerItem::Delta(Delta::Reasoning(text.into())))
}

#[test]
fn deltas_add_up_and_an_exit_takes_nothing_back() {
    let mut message = answer();
    for event in [thought("hm"), text("Hel"), text("lo"), Event::Exit(Exit::failed("cut off"))] {
        message.apply(event, 1500);
    }
    assert_eq!((message.text.as_str(), message.reasoning.as_str()), ("Hello", "hm"));
    assert_eq!(message.exit, Some(Exit::failed("cut off")));
}

#[test]
fn the_times_are_to_the_first_delta_of_the_thought_and_of_it_all() {
    let mut message = answer();
    message.apply(thought("hm"), 1200);
    message.apply(thought("hm"), 1300);
    assert_eq!(message.thought_ms, 100);
    message.apply(text("so"), 1700);
    message.apply(text("."), 2200);
    message.apply(Event::Exit(Exit::new(Reason::Normal)), 2200);
    assert_eq!((message.first_ms, message.thought_ms, message.took_ms), (200, 500, 1200));
    assert_eq!((message.total_tokens(), message.tenths_a_second()), (4, 40));
}

#[test]
fn text_that_turns_out_to_be_a_thought_is_moved_there() {
    let mut message = answer();
    message.apply(text("They "), 1200);
    message.apply(text("greet."), 1300);
    message.apply(Event::Item(AnswerItem::Delta(Delta::TextWas(Was::Reasoning))), 1700);
    assert_eq!((message.text.as_str(), message.reasoning.as_str(), message.deltas), ("", "They greet.", 2));
    message.apply(text("Hello."), 1800);
    assert_eq!((message.text.as_str(), message.reasoning.as_str()), ("Hello.", "They greet."));
    assert_eq!((message.first_ms, message.thought_ms), (200, 600));
}

#[test]
fn an_answer_without_a_thought_took_no_time_to_think() {
    let mut message = answer();
    message.apply(text("so"), 1700);
    assert_eq!(message.thought_ms, 0);
}

#[test]
fn tokens_are_those_of_the_server_where_it_says_so() {
    let usage = Some(Usage { prompt_tokens: 9, completion_tokens: 42 });
    let mut message = answer();
    message.apply(text("so"), 1700);
    assert_eq!(message.total_tokens(), 1);
    message.apply(
        Event::Exit(Exit { result: Completion { usage, ..Completion::default() }, ..Exit::new(Reason::Normal) }),
        1700,
    );
    assert_eq!(message.total_tokens(), 42);
}

#[test]
fn a_server_that_counts_beyond_all_numbers_breaks_nothing() {
    let usage = Some(Usage { prompt_tokens: u64::MAX, completion_tokens: u64::MAX });
    let mut message = answer();
    message.apply(text("so"), 1700);
    message.apply(
        Event::Exit(Exit { result: Completion { usage, ..Completion::default() }, ..Exit::new(Reason::Killed) }),
        1800,
    );
    message.resume("here".into(), 2000);
    message.apply(text("so"), 3000);
    assert!(message.tenths_a_second() > 0);
}

#[test]
fn a_clock_that_is_set_back_breaks_nothing() {
    let mut message = answer();
    message.apply(text("so"), 0);
    message.apply(Event::Exit(Exit::new(Reason::Killed)), 0);
    message.resume("here".into(), 0);
    assert_eq!(message.tenths_a_second(), 0);
}

#[test]
fn an_answer_that_goes_on_is_one_answer_and_neither_the_pause_nor_the_second_wait_is_counted() {
    let mut message = answer();
    message.apply(text("one \n"), 1500);
    message.apply(Event::Exit(Exit::new(Reason::Killed)), 2000);
    assert!(message.is_cut());
    message.resume("there".into(), 9000);
    assert_eq!((message.exit.clone(), message.writer.as_str()), (None, "there"));
    message.apply(text(" two"), 9500);
    message.apply(Event::Exit(Exit::new(Reason::Normal)), 10_000);
    assert_eq!((message.text.as_str(), message.took_ms, message.total_tokens()), ("one two", 1500, 2));
    assert!(!message.is_cut());
}

#[test]
fn a_second_wait_that_comes_to_nothing_is_not_counted_either() {
    let mut message = answer();
    message.apply(text("one"), 1500);
    message.apply(text(" two"), 2000);
    message.apply(Event::Exit(Exit::new(Reason::Killed)), 2000);
    let speed = message.tenths_a_second();
    message.resume("here".into(), 9000);
    message.apply(Event::Exit(Exit::new(Reason::Killed)), 19_000);
    assert_eq!((message.took_ms, message.tenths_a_second()), (1000, speed));
}

#[test]
fn an_answer_that_was_being_written_comes_back_interrupted() {
    let mut message = answer();
    message.apply(text("so"), 1700);
    message.mark_interrupted("here", false, 1800);
    assert_eq!(message.exit, Some(Exit::new(Reason::Interrupted)));
    assert_eq!(message.took_ms, 700);
}

#[test]
fn what_another_tab_is_writing_is_left_alone_for_as_long_as_that_lives() {
    let mut message = answer();
    message.mark_interrupted("there", true, 1_000_000);
    assert_eq!(message.exit, None);
    message.mark_interrupted("there", false, 1000 + GRACE_MS);
    assert_eq!(message.exit, None, "it has just begun");
    message.mark_interrupted("there", false, 1001 + GRACE_MS);
    assert_eq!(message.exit, Some(Exit::new(Reason::Interrupted)));
}

#[test]
fn only_an_answer_that_was_cut_off_and_says_something_can_go_on() {
    let ended = |text: &str, exit: Exit| Message { text: text.into(), exit: Some(exit), ..answer() };
    let at_length = Completion { finish_reason: Some("length".into()), ..Completion::default() };
    let length = Exit { result: at_length.clone(), ..Exit::new(Reason::Normal) };
    assert!(ended("so", length).is_cut());
    assert!(ended("so", Exit::new(Reason::Lost)).is_cut());
    assert!(!ended("so", Exit::new(Reason::Normal)).is_cut());
    assert!(!ended(" ", Exit::new(Reason::Lost)).is_cut());
    assert!(!answer().is_cut());
    let full = Completion { full: true, ..at_length };
    let full = Exit { result: full, ..Exit::new(Reason::Normal) };
    let too_long = Exit { result: full.result.clone(), ..Exit::failed("The conversation is too long") };
    assert!(!ended("so", full).is_cut(), "it would fail again");
    assert!(!ended("so", too_long).is_cut());
}

#[test]
fn a_thought_that_was_cut_off_can_go_on_too() {
    let ended = |text: &str, reasoning: &str| Message {
        text: text.into(),
        reasoning: reasoning.into(),
        exit: Some(Exit::new(Reason::Killed)),
        ..answer()
    };
    assert!(ended("", "hm").is_cut_in_thought());
    assert!(!ended("so", "hm").is_cut_in_thought());
    assert!(!ended("", " ").is_cut_in_thought());
}

#[test]
fn a_record_of_another_version_is_read_as_far_as_it_is_known() {
    let message: Message = serde_json::from_str(r#"{"id":"x","role":"assistant","mood":"fine"}"#).unwrap();
    assert_eq!((message.id.as_str(), message.role), ("x", Role::Assistant));
}

#[test]
fn what_was_thought_stays_when_an_answer_begins_anew_and_its_time_is_the_new_one() {
    let mut message = answer();
    message.apply(thought("hm"), 1200);
    message.apply(Event::Exit(Exit::failed("cut off")), 5000);
    message.restart("there".into(), 6000);
    message.apply(thought("aha"), 6100);
    message.apply(text("so"), 6400);
    assert_eq!((message.reasoning.as_str(), message.text.as_str()), ("hm\n\naha", "so"));
    assert_eq!((message.first_ms, message.thought_ms, message.took_ms), (100, 300, 400));
}

#[test]
fn an_answer_that_begins_anew_with_text_keeps_the_time_of_its_thought_and_counts_anew() {
    let mut message = answer();
    for at in 0..50 {
        message.apply(thought("hm"), 1200 + at * 10);
    }
    message.apply(Event::Exit(Exit::failed("cut off")), 5000);
    message.restart("there".into(), 6000);
    message.apply(text("so"), 6100);
    message.apply(text("."), 7100);
    message.apply(Event::Exit(Exit::new(Reason::Normal)), 7100);
    assert_eq!((message.thought_ms, message.total_tokens(), message.tenths_a_second()), (490, 2, 20));
}
