//! The body of a question, and what is asked for beside it, where the server takes that.

use super::failure::{Failure, Refusal};
use app::chat::message::{ChatRequest, Role};
use serde::Serialize;
use std::ops::Not;

const PROGRESS: &str = "return_progress";

/// The page's own question, that the answer shall be a stream, and the extras.
#[derive(Serialize)]
pub(super) struct Question<'a> {
    #[serde(flatten)]
    pub(super) request: &'a ChatRequest,
    pub(super) stream: bool,
    #[serde(flatten)]
    pub(super) extras: &'a Extras,
}

/// What not every server takes.
#[derive(Serialize)]
pub(super) struct Extras {
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    /// llama-server then writes between the batches of a prompt that it reads, and so notices that nobody waits any more:
    /// after 0.2 to 1.5 s, where it otherwise may read on to the end.
    #[serde(skip_serializing_if = "Not::not")]
    return_progress: bool,
    #[serde(flatten)]
    going_on: Option<GoingOn>,
    /// Whether a refusal without a reason may be about `return_progress`.
    #[serde(skip)]
    is_progress_untried: bool,
}

/// What a model has answered so far to being asked for its progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progressing {
    /// Nothing: it wasn't asked yet.
    Untried,
    /// It has answered.
    Taken,
    /// It has refused.
    Refused,
}

/// How many tokens it took, please.
#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// The last message is the model's own, and isn't finished. Without these vLLM begins another after it, and llama.cpp
/// refuses where the model thinks (its pull requests 22727 and 23012); Ollama needs no telling.
#[derive(Serialize)]
struct GoingOn {
    continue_final_message: bool,
    add_generation_prompt: bool,
}

impl Extras {
    /// All that this request is better with.
    pub(super) fn of(request: &ChatRequest, progressing: Progressing) -> Self {
        let goes_on = request.messages.last().is_some_and(|last| last.role == Role::Assistant);
        Self {
            stream_options: Some(StreamOptions { include_usage: true }),
            return_progress: progressing != Progressing::Refused,
            going_on: goes_on.then_some(GoingOn { continue_final_message: true, add_generation_prompt: false }),
            is_progress_untried: progressing == Progressing::Untried,
        }
    }

    /// Whether the server is asked to tell its progress.
    pub(super) const fn asks_for_progress(&self) -> bool {
        self.return_progress
    }

    /// Leaves out what the server minds, and says whether that was anything: then it may be asked again. One that knows what
    /// going on is, and can't, isn't asked again: it would begin another answer.
    pub(super) fn give_up(&mut self, refusal: &Refusal) -> bool {
        if self.return_progress && (refusal.names(PROGRESS) || refusal.has_never_heard_of_something()) {
            self.return_progress = false;
            return true;
        }
        if refusal.minds("stream_options") && self.stream_options.take().is_some() {
            return true;
        }
        let is_new =
            ["continue_final_message", "add_generation_prompt"].iter().any(|part| refusal.has_never_heard_of(part));
        if is_new && self.going_on.take().is_some() {
            return true;
        }
        // It may mean this field in words of its own. A server that has taken it before means something else.
        self.return_progress && self.is_progress_untried && refusal.may_be_about_anything() && {
            self.return_progress = false;
            true
        }
    }

    /// The same, of an error that came in place of an answer.
    pub(super) fn give_up_progress(&mut self, failure: &Failure) -> bool {
        let is_minded = self.return_progress && matches!(failure, Failure::Said(words) if words.contains(PROGRESS));
        self.return_progress &= !is_minded;
        is_minded
    }
}
