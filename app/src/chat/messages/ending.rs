//! The line under an answer: how it ended, and what it took.

use crate::{
    chat::{
        conversation::Message,
        protocol::{answer::Exit, message::Role},
    },
    ui::{
        duration::{seconds, tenths},
        reason::message_text,
    },
};
use starcrossed::Reason;

/// The line's text. Under the last answer on the page `is_told` is set: the status line and the alert say there how it
/// ended.
pub(super) fn ending(message: &Message, is_told: bool) -> String {
    let Some(exit) = message.exit.as_ref().filter(|_| message.role == Role::Assistant) else { return String::new() };
    let is_told = is_told && exit.reason != Reason::Normal && (exit.reason != Reason::Killed || exit.message.is_none());
    let mut parts = vec![if is_told { String::new() } else { reason_text(exit).to_owned() }];
    match message.total_tokens() {
        0 => {}
        1 => parts.push("1 token".into()),
        tokens => parts.push([tokens.to_string().as_str(), " tokens"].concat()),
    }
    match message.tenths_a_second() {
        // The speed of an answer that arrives all at once can't be measured.
        speed if speed > 0 && message.took_ms > message.first_ms + 200 => parts.push(tenths(speed, " tokens/s")),
        _ => {}
    }
    if message.first_ms > 0 {
        parts.push(["first after ", &seconds(message.first_ms)].concat());
    }
    if !exit.result.left_out.is_empty() {
        parts.push(["left out: ", &exit.result.left_out.join(", ")].concat());
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// The text under an answer; empty after a normal end.
fn reason_text(exit: &Exit) -> &str {
    match exit.reason {
        Reason::Normal if exit.result.finish_reason.as_deref() == Some("length") => "Cut at the token limit",
        // A person's own Stop needs no more words. An administrator who ends the task gives a reason.
        Reason::Killed => exit.message.as_deref().unwrap_or(message_text(exit.reason)),
        reason => message_text(reason),
    }
}
