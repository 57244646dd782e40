//! Properties of an answer that hold for all bytes of a model server.

use super::split;
use app::chat::protocol::{
    answer::Exit,
    message::{Delta, Was},
};
use serde_json::{Value, json};
use server::models::openai::{Upstream, replay};
use starcrossed::Reason;

/// The server's key, which no message may hold, even if the server repeats it.
const KEY: &str = "sk-0123456789";

/// A phrase that no message of a complete answer contains.
const OF_OTHERS: [&str; 4] = ["error", "content_filter", "tool_calls", "abort"];

/// The greatest length of a message, in bytes.
const SENTENCE: usize = 2000;

/// White space beside a tag that is longer than this has a rule of its own.
const WHITE: usize = 1024;

/// An answer as the page reads it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) exit: Exit,
}

/// Checks that the page reads the same from whole and from split bytes. The text in them reads the same for every
/// split, too.
pub(crate) fn holds(input: &[u8]) {
    let (bytes, splits) = split::parse(input);
    let whole = stream([bytes]);
    assert_eq!(stream(split::pieces(bytes, &splits)), whole, "split at {splits:?}");
    assert_eq!(stream(bytes.chunks(1)), whole, "byte by byte");
    let text = String::from_utf8_lossy(bytes);
    in_one_piece(&text);
    says_what_it_means(&text, &splits);
}

/// The same for each split into two pieces.
pub(crate) fn holds_in_every_split(input: &[u8]) {
    let (bytes, _) = split::parse(input);
    let whole = stream([bytes]);
    for at in 0..=bytes.len() {
        assert_eq!(stream([&bytes[..at], &bytes[at..]]), whole, "split at {at}");
    }
}

/// Text reads the same in every division into events: tagged reasoning as reasoning, and everything else letter by
/// letter.
pub(crate) fn says_what_it_means(text: &str, splits: &[usize]) {
    let events = split::text_pieces(text, splits).into_iter().map(|piece| event(&json!({ "content": piece }), None));
    let bytes = events.chain([event(&json!({}), Some("stop"))]).collect::<String>();
    let told = stream([bytes.as_bytes()]);
    let is_blank = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(
                c,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                    | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                    | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
            )
    };
    let reason = if told.text.chars().all(is_blank) { Reason::Failed } else { Reason::Normal };
    assert_eq!((told.exit.reason, told.exit.result.finish_reason.as_deref()), (reason, Some("stop")));
    // If the reasoning began in the prompt, only its closing tag shows it. Code before that tag has a rule of its own.
    let tags = ["think>", "thinking>", "thought>", "THINK]", "think▷"];
    let tags = tags.iter().map(|tag| text.matches(tag).count()).sum::<usize>();
    let is_plain = tags == 0 || tags <= 2 && text.trim_start().starts_with("<think>") && !text.contains('\u{feff}');
    if is_plain && text.split(|c: char| !c.is_whitespace()).all(|white| white.len() <= WHITE) {
        assert_eq!((told.text.as_str(), told.reasoning.as_str()), meant(text), "split at {splits:?}");
    } else {
        assert_eq!(told, in_letters(text), "split at {splits:?}");
    }
}

/// The page's reading of an answer in one piece.
pub(crate) fn in_one_piece(body: &str) -> Reply {
    Reply::of(replay::whole(&upstream(), body))
}

/// The page's reading of a streamed answer in these pieces.
pub(crate) fn stream<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Reply {
    Reply::of(replay::stream(&upstream(), pieces))
}

impl Reply {
    fn of((deltas, exit): (Vec<Delta>, Exit)) -> Self {
        let (mut text, mut reasoning) = (String::new(), String::new());
        for delta in deltas {
            match delta {
                Delta::Text(more) | Delta::Reasoning(more) if more.is_empty() => panic!("a delta says nothing"),
                Delta::Text(more) => text += &more,
                Delta::Reasoning(more) => reasoning += &more,
                Delta::TextWas(Was::Reasoning) => reasoning += &std::mem::take(&mut text),
            }
        }
        is_an_end(&exit);
        Self { text, reasoning, exit }
    }
}

/// Checks that the exit has either a finish reason or a message.
fn is_an_end(exit: &Exit) {
    match (exit.reason, &exit.message) {
        (Reason::Normal, None) => {
            assert!(exit.result.finish_reason.as_ref().is_some_and(|reason| !OF_OTHERS.contains(&&**reason)));
        }
        (Reason::Failed, Some(message)) => is_a_sentence(message),
        _ => panic!("this is no end: {exit:?}"),
    }
}

fn is_a_sentence(message: &str) {
    assert!(message.len() <= SENTENCE, "{} bytes are no sentence", message.len());
    assert!(message.ends_with(['.', '!', '?', '…']), "{message:?} has no end");
    assert!(!message.contains(|c: char| c.is_control()), "{message:?} would be obeyed");
    assert!(!message.contains(KEY), "the key is told");
}

fn upstream() -> Upstream {
    let url = "http://127.0.0.1:11434/v1".parse().unwrap_or_else(|error| panic!("{error}"));
    Upstream { api_key: Some(KEY.into()), ..Upstream::new(url) }
}

fn event(delta: &Value, finish_reason: Option<&str>) -> String {
    format!("data: {}\n\n", json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }] }))
}

fn in_letters(text: &str) -> Reply {
    let letters = text.chars().map(|letter| event(&json!({ "content": letter }), None));
    let bytes = letters.chain([event(&json!({}), Some("stop"))]).collect::<String>();
    stream([bytes.as_bytes()])
}

/// The text and the reasoning of a complete answer.
fn meant(answer: &str) -> (&str, &str) {
    match answer.trim_start().strip_prefix("<think>").map(str::trim_start) {
        None => (answer, ""),
        Some(rest) => match rest.split_once("</think>") {
            None => ("", rest),
            Some((thought, text)) => (text.trim_start(), thought.trim_end()),
        },
    }
}
