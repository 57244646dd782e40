//! Whether the conversation fills the model's context, so that an answer can't go on.

use app::chat::protocol::answer::Exit;

/// The limits of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// The limit on the answer that was asked for, in tokens.
    pub(crate) asked: Option<u64>,
    /// The size of the context in tokens, if it is known.
    pub(crate) context: Option<u64>,
    /// Whether the server ends an answer without a limit for want of room alone.
    pub(crate) is_unlimited: bool,
}

impl Room {
    /// Whether this answer ended for want of room, and not because of the limit that was asked for.
    pub(crate) fn is_full_after(self, exit: &Exit) -> bool {
        if exit.result.finish_reason.as_deref() != Some("length") {
            return false;
        }
        match (self.context, self.asked, exit.result.usage) {
            (Some(context), _, Some(usage)) => {
                usage.prompt_tokens.saturating_add(usage.completion_tokens).saturating_add(1) >= context
            }
            (None, Some(asked), Some(usage)) => (1..asked).contains(&usage.completion_tokens),
            (_, asked, _) => self.is_unlimited && asked.is_none(),
        }
    }
}

/// Whether a server's error says that the conversation is too long for the model.
pub(crate) fn is_too_long(error: &str) -> bool {
    let error = error.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| error.contains(word));
    has(&TOO_LONG)
        || has(&["context size", "context length", "context window", "context limit", "n_ctx", "max_seq_len"])
            && has(&["exceed", "too long", "too large", "maximum", "larger", "greater", "longer", "reduce", "full"])
        || error.contains("inputs` tokens") && error.contains("must be <=")
}

/// Phrases that mean nothing else: of OpenAI and llama.cpp, vLLM, SGLang, Gemini, Anthropic.
const TOO_LONG: [&str; 6] = [
    "context_length_exceeded",
    "exceed_context_size",
    "longer than the maximum model length",
    "exceeds the maximum allowed length",
    "exceeds the maximum number of tokens",
    "prompt is too long",
];

#[cfg(test)]
mod tests {
    use super::*;
    use app::chat::protocol::{answer::Completion, usage::Usage};
    use starcrossed::Reason;

    fn ended(finish_reason: &str, prompt_tokens: u64, completion_tokens: u64) -> Exit {
        let usage = Some(Usage { prompt_tokens, completion_tokens });
        let result = Completion { finish_reason: Some(finish_reason.into()), usage, ..Completion::default() };
        Exit { result, ..Exit::new(Reason::Normal) }
    }

    #[test]
    fn an_answer_that_reached_the_end_of_the_context_has_filled_it() {
        let known = Room { asked: None, context: Some(512), is_unlimited: true };
        assert!(known.is_full_after(&ended("length", 400, 112)));
        assert!(known.is_full_after(&ended("length", 400, 111)), "some keep one token for themselves");
        assert!(!known.is_full_after(&ended("length", 400, 50)));
        assert!(!known.is_full_after(&ended("stop", 400, 112)));
        let thoughts = Exit { reason: Reason::Failed, ..ended("length", 400, 112) };
        assert!(known.is_full_after(&thoughts), "a thought fills it too");
    }

    #[test]
    fn a_limit_that_was_asked_for_fills_nothing() {
        let room = Room { asked: Some(50), context: None, is_unlimited: true };
        assert!(!room.is_full_after(&ended("length", 400, 50)));
        assert!(Room { asked: None, ..room }.is_full_after(&ended("length", 400, 50)));
        assert!(!Room { asked: None, is_unlimited: false, ..room }.is_full_after(&ended("length", 400, 50)));
    }

    #[test]
    fn an_answer_that_ended_before_the_limit_that_was_asked_for_has_filled_the_context() {
        let room = Room { asked: Some(50), context: None, is_unlimited: false };
        assert!(room.is_full_after(&ended("length", 400, 49)));
        assert!(!room.is_full_after(&ended("length", 400, 50)));
        assert!(!room.is_full_after(&ended("length", 400, 0)), "some count nothing");
        let known = Room { context: Some(4096), ..room };
        assert!(!known.is_full_after(&ended("length", 400, 20)), "the server has a limit of its own");
    }

    #[test]
    fn an_error_about_the_context_is_told_from_others() {
        for error in [
            "the request exceeds the available context size, try increasing it",
            "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
            r#"{"error":{"code":"context_length_exceeded","message":"Please reduce the length of the messages"}}"#,
            "Requested tokens (600) exceed context window of 512",
            "The decoder prompt (length 600) is longer than the maximum model length of 512.",
            "Input length (600 tokens) exceeds the maximum allowed length (512 tokens).",
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 3000 `inputs` tokens",
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            "prompt is too long: 210000 tokens > 200000 maximum",
            "Prompt length 600 is greater than max_seq_len 512",
            r#"{"error":{"type":"exceed_context_size_error","n_prompt_tokens":600,"n_ctx":512}}"#,
        ] {
            assert!(is_too_long(error), "{error}");
        }
        for error in ["Out of memory", "no context", "the maximum number of requests is exceeded"] {
            assert!(!is_too_long(error), "{error}");
        }
    }
}
