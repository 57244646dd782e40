//! The body of a question, and what is asked for beside it, where the server takes that.

use crate::models::openai::error::{
    Failure, Refusal,
    rejected_field::{culprit, is_about_parameter, is_unknown},
};
use app::chat::protocol::message::{ChatRequest, Role};
use serde::Serialize;
use std::ops::Not;

const STREAM: &str = "stream";
const STREAM_OPTIONS: &str = "stream_options";
const PROGRESS: &str = "return_progress";

/// The two names of one option. OpenAI's reasoning models take the newer alone, most other servers know the older.
const TWINS: [(&str, &str); 2] = [("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")];

/// The page's own question, that the answer shall be a stream, and the extras.
#[derive(Serialize)]
pub(crate) struct Question<'a> {
    #[serde(flatten)]
    pub(crate) request: &'a ChatRequest,
    #[serde(flatten)]
    pub(crate) extras: &'a OptionalFields,
}

/// Fields that some servers reject, without those that this server has rejected.
#[derive(Serialize)]
pub(crate) struct OptionalFields {
    #[serde(skip_serializing_if = "Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    /// llama-server then writes between the batches of a prompt that it reads, and so notices that its client is gone:
    /// after 0.2 to 1.5 s. Otherwise it may read the prompt to its end.
    #[serde(skip_serializing_if = "Not::not")]
    return_progress: bool,
    #[serde(flatten)]
    going_on: Option<ContinueFlags>,
    /// Whether a refusal without a reason may be about `return_progress`.
    #[serde(skip)]
    is_progress_untried: bool,
    /// The fields of this question that the server has rejected.
    #[serde(skip)]
    pub(crate) refused: Vec<Refused>,
    /// The options of the request that are missing from the question because of that.
    #[serde(skip)]
    pub(crate) left_out: Vec<String>,
}

/// A part of a question that a server has refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) name: String,
    /// Its value, as JSON, if it may be refused because of that.
    pub(crate) value: Option<String>,
}

/// Whether a model accepts the request for its progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progressing {
    /// Not asked yet.
    Untried,
    /// It has answered.
    Taken,
    /// It has refused.
    Refused,
}

/// Asks for the number of tokens.
#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// The last message is the model's own, and isn't finished. Without these vLLM begins another after it, and llama.cpp
/// refuses where the model thinks (its pull requests 22727 and 23012); Ollama needs no telling.
#[derive(Serialize)]
struct ContinueFlags {
    continue_final_message: bool,
    add_generation_prompt: bool,
}

impl OptionalFields {
    /// All that this request is better with.
    pub(crate) fn of(request: &ChatRequest, progressing: Progressing) -> Self {
        let goes_on = request.messages.last().is_some_and(|last| last.role == Role::Assistant);
        Self {
            stream: true,
            stream_options: Some(StreamOptions { include_usage: true }),
            return_progress: progressing != Progressing::Refused,
            going_on: goes_on.then_some(ContinueFlags { continue_final_message: true, add_generation_prompt: false }),
            is_progress_untried: progressing == Progressing::Untried,
            refused: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Whether the server is asked to tell its progress.
    pub(crate) const fn asks_for_progress(&self) -> bool {
        self.return_progress
    }

    /// Leaves out what the server minds, and says whether that was anything: then it may be asked again. Nothing is left out
    /// twice, so this comes to an end. One that knows what going on is, and can't, isn't asked again: it would begin
    /// another answer.
    pub(crate) fn give_up(&mut self, request: &mut ChatRequest, refusal: &Refusal) -> bool {
        if self.give_up_named(request, &refusal.body, |sent| refusal.culprit(sent)) {
            return true;
        }
        if self.return_progress && refusal.has_never_heard_of_something() {
            self.return_progress = false;
            return true;
        }
        let is_new =
            ["continue_final_message", "add_generation_prompt"].iter().any(|part| refusal.has_never_heard_of(part));
        if is_new && self.going_on.take().is_some() {
            return true;
        }
        // It may mean this field in words of its own. A server that has taken it before means something else.
        let is_known = self.refused.iter().any(|refused| refusal.names(&refused.name));
        self.return_progress && self.is_progress_untried && !is_known && refusal.may_be_about_anything() && {
            self.return_progress = false;
            true
        }
    }

    /// The same, of an error that came in place of an answer.
    pub(crate) fn give_up_after(&mut self, request: &mut ChatRequest, failure: &Failure) -> bool {
        let Failure::Reported(words) = failure else { return false };
        (words.contains(PROGRESS) || is_about_parameter(words))
            && self.give_up_named(request, words, |sent| culprit(words, sent))
    }

    /// Leaves out what these words are about, of what was sent.
    fn give_up_named(
        &mut self,
        request: &mut ChatRequest,
        words: &str,
        culprit: impl for<'a> Fn(&[&'a str]) -> Option<&'a str>,
    ) -> bool {
        let sent = self.sent(request);
        let Some(name) = culprit(&sent.iter().map(String::as_str).collect::<Vec<_>>()) else { return false };
        let value = request.options.get(name).filter(|_| !is_unknown(words)).map(ToString::to_string);
        let refused = Refused { name: name.to_owned(), value };
        self.leave_out(request, refused);
        true
    }

    /// The names of what is sent, and may be refused.
    pub(crate) fn sent(&self, request: &ChatRequest) -> Vec<String> {
        let own =
            [(STREAM, self.stream), (STREAM_OPTIONS, self.stream_options.is_some()), (PROGRESS, self.return_progress)];
        let own = own.into_iter().filter(|(_, is_sent)| *is_sent).map(|(name, _)| name.to_owned());
        own.chain(request.options.keys().cloned()).collect()
    }

    /// Leaves this out, or sends it by its other name.
    pub(crate) fn leave_out(&mut self, request: &mut ChatRequest, refused: Refused) {
        let name = refused.name.as_str();
        match name {
            STREAM => (self.stream, self.stream_options) = (false, None),
            STREAM_OPTIONS => self.stream_options = None,
            PROGRESS => self.return_progress = false,
            _ => {
                let value = request.options.remove(name);
                let twin = TWINS.iter().find(|(one, _)| *one == name).map(|(_, twin)| *twin);
                let is_renamed = twin.is_some_and(|twin| self.refused.iter().any(|refused| refused.name == twin));
                match (twin, value) {
                    (Some(twin), Some(value)) if !is_renamed && !request.options.contains_key(twin) => {
                        request.options.insert(twin.to_owned(), value);
                    }
                    (Some(twin), _) if is_renamed => self.left_out.push(twin.to_owned()),
                    _ => self.left_out.push(name.to_owned()),
                }
            }
        }
        self.refused.push(refused);
    }
}
