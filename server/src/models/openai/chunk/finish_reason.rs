//! Whether an answer that has ended is whole: the model has ended it of itself, and said something that a person can read.

use super::beyond::Beyond;

/// Words of servers for an answer that the model has ended of itself: OpenAI, Hugging Face, Anthropic, Cohere, Baidu. All words here are
/// [`plain`].
const OF_ITSELF: [&str; 14] = [
    "stop",
    "stopped",
    "eos",
    "eostoken",
    "eot",
    "endturn",
    "endofturn",
    "stopsequence",
    "stoptoken",
    "complete",
    "completed",
    "finished",
    "done",
    "normal",
];

/// Words for one that has reached a limit on its length: Anthropic and Gemini, Mistral, and others.
const AT_LIMIT: [&str; 10] = [
    "length",
    "maxtokens",
    "maxoutputtokens",
    "maxnewtokens",
    "maxlength",
    "modellength",
    "lengthcapped",
    "tokenlimit",
    "contextlengthexceeded",
    "modelcontextwindowexceeded",
];

/// Words for one that a filter has ended: OpenAI, Gemini, Anthropic, Bedrock, Cohere, Zhipu.
const FILTERED: [&str; 13] = [
    "contentfilter",
    "contentfiltered",
    "contentpolicyviolation",
    "safety",
    "imagesafety",
    "recitation",
    "blocklist",
    "prohibitedcontent",
    "spii",
    "refusal",
    "guardrailintervened",
    "errortoxic",
    "sensitive",
];

/// Words for one that calls a tool.
const CALLS: [&str; 5] = ["toolcalls", "toolcall", "functioncall", "functioncalls", "tooluse"];

/// Words for one that an error has ended.
const FAILED: [&str; 3] = ["error", "servererror", "internalerror"];

/// Words for one that hasn't ended: some servers write them into every event.
const NONE: [&str; 5] = ["", "null", "none", "unspecified", "inprogress"];

/// The part that is missing from an answer that has ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shortfall {
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
pub(crate) struct Ended {
    /// Why it ended, in the server's word.
    pub(crate) reason: String,
    /// Whether something was said, by this answer or by the one that it goes on with.
    pub(crate) has_text: bool,
    pub(crate) has_thought: bool,
    pub(crate) beyond: Option<Beyond>,
}

impl Ended {
    /// The part that is missing. None for a whole answer, and for one that has reached its limit with text.
    pub(crate) fn shortfall(self) -> Option<Shortfall> {
        let is = |words: &[&str]| is_one_of(&self.reason, words);
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
        if !is_cut && !is_of_itself(&self.reason) {
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
pub(crate) fn is_at_limit(reason: &str) -> bool {
    is_one_of(reason, &AT_LIMIT)
}

/// Whether an answer with this reason was ended by an error.
pub(crate) fn is_error(reason: &str) -> bool {
    is_one_of(reason, &FAILED)
}

/// Whether the model has ended an answer with this reason of itself.
pub(crate) fn is_of_itself(reason: &str) -> bool {
    is_one_of(reason, &OF_ITSELF)
}

/// Whether this is a reason at all.
pub(crate) fn is_reason(reason: &str) -> bool {
    !is_one_of(reason, &NONE)
}

/// Whether this is a reason that is known by its name.
pub(crate) fn is_known(reason: &str) -> bool {
    is_of_itself(reason) || is_at_limit(reason) || is_one_of(reason, &FILTERED) || is_one_of(reason, &CALLS)
}

/// Whether this reason is final, whatever comes later. An unknown reason may belong to an answer that goes on.
pub(crate) fn is_bad(reason: &str) -> bool {
    !is_of_itself(reason) && (is_known(reason) || is_error(reason))
}

fn is_one_of(reason: &str, words: &[&str]) -> bool {
    words.contains(&reason) || words.contains(&plain(reason).as_str())
}

/// The word itself: `FINISH_REASON_STOP` is `stop`, `ContentFilter` is `contentfilter`.
fn plain(reason: &str) -> String {
    let letters = reason.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    letters.strip_prefix("finishreason").map_or_else(|| letters.clone(), String::from)
}

/// Whether these words can be seen. Some models send white space, or characters without a width, and nothing else.
pub(crate) fn is_visible(text: &str) -> bool {
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
        for reason in [
            "stop",
            "STOP",
            "FINISH_REASON_STOP",
            "length",
            "MAX_TOKENS",
            "max_tokens",
            "eos",
            "end_turn",
            "stop_sequence",
            "endTurn",
            "completed",
        ] {
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
                for reason in ["content_filter", "content-filter", "ContentFilter", "SAFETY", "ERROR_TOXIC", "refusal"]
                {
                    assert_eq!(of(reason), Some(Shortfall::Filtered(reason.into())));
                }
                for reason in ["tool_calls", "function_call", "tool_use", "TOOL_CALL"] {
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
    fn a_word_that_says_that_nothing_has_ended_is_no_reason() {
        for reason in ["", "null", "None", "FINISH_REASON_UNSPECIFIED"] {
            assert!(!is_reason(reason), "{reason:?}");
        }
        for reason in ["stop", "abort", "中止"] {
            assert!(is_reason(reason), "{reason:?}");
        }
    }

    #[test]
    fn white_space_is_nothing_to_see() {
        for text in ["", " \n\t", "\u{200b}\u{feff}\u{2060}", "\u{3000}", "\u{2800}\u{3164}", "\u{ad}\u{fe0f}\u{202e}"]
        {
            assert!(!is_visible(text), "{text:?}");
        }
        for text in [" .", "\u{200b}é", "👍"] {
            assert!(is_visible(text), "{text:?}");
        }
    }
}
