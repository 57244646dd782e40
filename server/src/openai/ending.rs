//! Whether an answer that has ended is whole: the model has ended it of itself, and said something that a person can read.

use super::message::Beyond;

/// Words of servers for an answer that the model has ended of itself: OpenAI, Hugging Face, Anthropic, Cohere.
const OF_ITSELF: [&str; 8] =
    ["stop", "eos", "eos_token", "end_turn", "end_of_turn", "stop_sequence", "stop_token", "complete"];

/// Words for one that has reached a limit on its length: Anthropic and Gemini, Mistral, and others.
const AT_LIMIT: [&str; 5] = ["length", "max_tokens", "max_new_tokens", "max_length", "model_length"];

/// Words for one that a filter has ended: OpenAI, Gemini, Anthropic, Bedrock.
const FILTERED: [&str; 9] = [
    "content_filter",
    "content_filtered",
    "safety",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
    "refusal",
    "guardrail_intervened",
];

/// Words for one that calls a tool.
const CALLS: [&str; 4] = ["tool_calls", "tool_call", "function_call", "tool_use"];

/// The part that is missing from an answer that has ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shortfall {
    /// A filter has ended it, in the server's word.
    Filtered(String),
    /// It holds something that can't be shown or done here.
    Beyond(Beyond),
    /// The model has thought, and said nothing. Whether that was for want of room.
    ThoughtAlone { is_cut: bool },
    /// The model has said nothing. Whether that was for want of room.
    Nothing { is_cut: bool },
    /// It ended for another reason, in the server's word.
    Other(String),
}

/// The content of an answer that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Why it ended, in the server's word.
    pub(super) reason: String,
    /// Whether something was said, by this answer or by the one that it goes on with.
    pub(super) has_text: bool,
    pub(super) has_thought: bool,
    pub(super) beyond: Option<Beyond>,
}

impl Ended {
    /// What is missing; nothing of an answer that is whole, or that has reached its limit with something said.
    pub(super) fn shortfall(self) -> Option<Shortfall> {
        let is = |words: &[&str]| words.iter().any(|word| self.reason.eq_ignore_ascii_case(word));
        let is_cut = is_at_limit(&self.reason);
        if let Some(beyond) = self.beyond {
            return Some(Shortfall::Beyond(beyond));
        }
        if is(&CALLS) {
            return Some(Shortfall::Beyond(Beyond::Tool(String::new())));
        }
        if is(&FILTERED) {
            return Some(Shortfall::Filtered(self.reason));
        }
        if !is_cut && !is(&OF_ITSELF) {
            return Some(Shortfall::Other(self.reason));
        }
        match (self.has_text, self.has_thought) {
            (true, _) => None,
            (false, true) => Some(Shortfall::ThoughtAlone { is_cut }),
            (false, false) => Some(Shortfall::Nothing { is_cut }),
        }
    }
}

/// Whether an answer with this reason has reached a limit on its length.
pub(super) fn is_at_limit(reason: &str) -> bool {
    AT_LIMIT.iter().any(|word| reason.eq_ignore_ascii_case(word))
}

/// Whether these words can be seen. Some models send white space, or characters without a width, and nothing else.
pub(super) fn is_visible(text: &str) -> bool {
    let is_blank = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
    };
    !text.chars().all(is_blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(reason: &str, has_text: bool, has_thought: bool) -> Ended {
        Ended { reason: reason.into(), has_text, has_thought, beyond: None }
    }

    #[test]
    fn an_answer_is_whole_if_the_model_has_ended_it_and_said_something() {
        for reason in ["stop", "STOP", "length", "MAX_TOKENS", "max_tokens", "eos", "end_turn", "stop_sequence"] {
            for has_thought in [false, true] {
                assert_eq!(ended(reason, true, has_thought).shortfall(), None, "{reason}");
            }
        }
    }

    #[test]
    fn what_is_missing_is_known_by_its_kind() {
        for (reason, is_cut) in [("stop", false), ("length", true), ("max_tokens", true)] {
            assert_eq!(ended(reason, false, true).shortfall(), Some(Shortfall::ThoughtAlone { is_cut }), "{reason}");
            assert_eq!(ended(reason, false, false).shortfall(), Some(Shortfall::Nothing { is_cut }), "{reason}");
        }
        for has_text in [false, true] {
            for has_thought in [false, true] {
                let of = |reason: &str| ended(reason, has_text, has_thought).shortfall();
                for reason in ["content_filter", "SAFETY", "refusal"] {
                    assert_eq!(of(reason), Some(Shortfall::Filtered(reason.into())));
                }
                for reason in ["tool_calls", "function_call", "tool_use"] {
                    assert_eq!(of(reason), Some(Shortfall::Beyond(Beyond::Tool(String::new()))));
                }
                for reason in ["abort", "cancelled", "insufficient_system_resource", "unknown", "OTHER"] {
                    assert_eq!(of(reason), Some(Shortfall::Other(reason.into())));
                }
                for beyond in [Beyond::Picture, Beyond::Sound, Beyond::Tool("clock".into())] {
                    let ended = Ended { beyond: Some(beyond.clone()), ..ended("stop", has_text, has_thought) };
                    assert_eq!(ended.shortfall(), Some(Shortfall::Beyond(beyond)));
                }
            }
        }
    }

    #[test]
    fn white_space_is_nothing_to_see() {
        for text in ["", " \n\t", "\u{200b}\u{feff}\u{2060}", "\u{3000}"] {
            assert!(!is_visible(text), "{text:?}");
        }
        for text in [" .", "\u{200b}é", "👍"] {
            assert!(is_visible(text), "{text:?}");
        }
    }
}
