//! Messages for a missing or partial answer: what happened, and what the person can do.
//!
//! | module | what it does |
//! |---|---|
//! | [`absence`] | why there is no list of models |
//! | [`context_length`] | recognizes a conversation that is too long |
//! | [`rejected_field`] | finds the field that a server rejects |
//! | [`refusal`] | a response that refuses the request |
//! | [`unreachable`](mod@unreachable) | a connection that failed |
//! | [`quote`](mod@quote), [`redact`] | text of a server in a message, without keys and credentials |
//!
//! A message quotes the server, since its words mostly say it best, but briefly, and never with a key. The log leaves quotations
//! out, since they may hold text of the conversation.

pub(crate) mod absence;
pub(crate) mod context_length;
mod quote;
pub(crate) mod redact;
mod refusal;
pub(crate) mod rejected_field;
mod unreachable;

pub(crate) use quote::word;
pub(crate) use refusal::Refusal;

use crate::models::openai::{
    chunk::{beyond::Beyond, finish_reason::Shortfall},
    connection::{proxy::Proxy, upstream::Upstream},
    error::{
        absence::Absence,
        context_length::is_too_long,
        quote::{BEGIN, END, plain, quote, quoted_word, readable, without_quotations},
        unreachable::{root, unreachable},
    },
};
use app::chat::protocol::answer::{Completion, Exit};
use std::time::Duration;

/// The advice for a conversation that exceeds the context.
const TOO_LONG: &str = " The conversation is too long for the model: edit an earlier question, or begin a new chat.";

/// Advice for a server that speaks HTTPS.
const SECURE: &str = " If it speaks HTTPS, its URL begins with https://.";

/// Advice for a list that doesn't come.
const NAME_IT: &str = " The name of a model can be typed, or given with --model at the start.";

/// Every way in which there can be no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There was no connection within this time, or it broke before an answer.
    Unreachable(reqwest::Error, Duration),
    /// The server writes an answer of ours, so it isn't asked for its models.
    Busy,
    /// The server can do one thing at a time, so it isn't asked for its models.
    OneAtATime,
    /// The server has said before that it has no list of models.
    NoList,
    /// The server said no.
    Refused(Box<Refusal>),
    /// The server said no to a question that names no model, since it lists none.
    Nameless(Box<Refusal>),
    /// No model was named, and this came of asking for the list.
    Unlisted(Box<Self>),
    /// The server said what went wrong, in place of an answer or in the middle of one. No words: it said only that.
    Reported(String),
    /// The server sent this, which is not what this API sends.
    Unrecognized(String),
    /// The body is compressed with this, which can't be read.
    Encoded(String),
    /// One line or event, or an answer in one piece, was longer than can be right.
    TooLong,
    /// The connection broke in the middle of the answer.
    Cut(reqwest::Error),
    /// The server was silent for this long.
    Silent(Duration),
    /// The server was loading its model for this long.
    Loading(Duration),
    /// The answer took longer than this, which is all that it may.
    TooSlow(Duration),
    /// The answer got longer than this many bytes, which is all that it may.
    TooMuch(usize),
    /// The answer ended, and something is missing from it.
    Short(Shortfall),
    /// The answer ended without a word that it was complete.
    Incomplete,
    /// This happened when a part of the answer was there already. It stays.
    Part(Box<Self>),
}

impl Failure {
    /// The end that it is: a sentence for the person, and one for the log.
    pub(crate) fn exit(&self, upstream: &Upstream) -> Exit {
        let words = self.words(upstream);
        let log_message = Some(without_quotations(&words));
        let result = Completion { full: self.is_about_context(), ..Completion::default() };
        Exit { log_message, result, ..Exit::failed(words.replace([BEGIN, END], "")) }
    }

    /// The same of a question that may have named no model.
    pub(crate) fn of_nameless(self, is_nameless: bool) -> Self {
        match self {
            Self::Refused(refusal) if is_nameless && matches!(refusal.status.as_u16(), 400 | 404 | 422) => {
                Self::Nameless(refusal)
            }
            failure => failure,
        }
    }

    /// Whether the conversation is too long for the model, by what the server says.
    fn is_about_context(&self) -> bool {
        match self {
            Self::Refused(refusal) | Self::Nameless(refusal) => is_too_long(&refusal.body),
            Self::Reported(words) => is_too_long(words),
            Self::Part(failure) => failure.is_about_context(),
            _ => false,
        }
    }

    /// Whether the model can't go on with a thought, as far as this tells. Servers fail in many ways over that.
    pub(crate) fn is_about_thought(&self) -> bool {
        match self {
            Self::Refused(refusal) => {
                matches!(refusal.status.as_u16(), 400 | 422 | 500 | 501)
                    && !self.is_about_context()
                    && !refusal.is_loading()
            }
            Self::Reported(words) => {
                let words = words.to_lowercase();
                ["prefill", "continue_final_message", "enable_thinking"].iter().any(|word| words.contains(word))
            }
            _ => false,
        }
    }

    /// The sentence for a person who wanted to know the models.
    pub(crate) fn why_no_list(&self, upstream: &Upstream) -> String {
        match self {
            Self::Refused(_) if self.absence() == Absence::NoList => Self::NoList.sentence(upstream),
            Self::Refused(_) if self.absence() == Absence::Locked => self.sentence(upstream),
            Self::Refused(_) | Self::Unrecognized(_) | Self::Reported(_) => {
                format!("{}{NAME_IT}", self.sentence(upstream))
            }
            _ => self.sentence(upstream),
        }
    }

    /// The reason why the server gave no list of models.
    pub(crate) fn absence(&self) -> Absence {
        match self {
            Self::Silent(_) => Absence::Silent,
            Self::Busy => Absence::Busy,
            Self::OneAtATime | Self::NoList => Absence::NoList,
            Self::Refused(refusal) if refusal.is_loading() => Absence::Loading,
            Self::Refused(refusal) if refusal.wants_a_key() => Absence::Locked,
            Self::Refused(refusal) if matches!(refusal.status.as_u16(), 400 | 404 | 405 | 410 | 501) => Absence::NoList,
            _ => Absence::Gone,
        }
    }

    /// The sentence for the person.
    pub(crate) fn sentence(&self, upstream: &Upstream) -> String {
        self.words(upstream).replace([BEGIN, END], "")
    }

    /// The sentence, its quotations marked.
    fn words(&self, upstream: &Upstream) -> String {
        let address = upstream.address();
        match self {
            Self::Unreachable(error, limit) => unreachable(upstream, error, *limit),
            Self::Busy => format!("{address} is writing an answer. It is asked for its models when that has ended."),
            Self::OneAtATime => format!(
                "{address} does one thing at a time: a request for its models would end an answer, so it isn't asked. Ask \
                 without choosing a model, or type the name of one."
            ),
            Self::NoList => format!(
                "{address} lists no models: it has no /models. Type the name of the one that is to answer, or give it with \
                 --model at the start."
            ),
            Self::Refused(refusal) => refusal.sentence(upstream),
            Self::Nameless(refusal) => format!(
                "{} No model was named, since {address} has no /models that lists one: give its name with --model, or \
                 type it.",
                refusal.sentence(upstream)
            ),
            Self::Unlisted(failure) => {
                format!("{} It was asked for its models, since none was named.{NAME_IT}", failure.words(upstream))
            }
            Self::Reported(words) if words.is_empty() => format!("{address} ended its answer with an error."),
            Self::Reported(words) => {
                let hint = if self.is_about_context() { TOO_LONG } else { "" };
                format!("{address} reports an error: {}{hint}", quote(words, upstream))
            }
            Self::Unrecognized(words) if words.trim().is_empty() => {
                format!("{address} sent nothing. Does the URL lead to an OpenAI-compatible API?")
            }
            Self::Unrecognized(words) => {
                let proxy = Proxy::of(upstream).filter(|_| upstream.url.scheme() == "http");
                let hint = proxy.map_or_else(String::new, |proxy| format!(" {}", proxy.hint()));
                format!(
                    "{address} sent something else than was asked for. Does the URL lead to an OpenAI-compatible API? This \
                     came: {}{hint}",
                    quote(&readable(words), upstream)
                )
            }
            Self::Encoded(how) => format!(
                "{address} sent its answer compressed ({}), which wasn't asked for and can't be read. Turn the compression off \
                 there, or in the proxy before it.",
                quoted_word(how, upstream)
            ),
            Self::TooLong => format!("{address} sent more at once than an answer can hold, so it was cut off."),
            Self::Cut(error) => format!("The connection to {address} broke off: {}", plain(&root(error), upstream)),
            Self::Silent(how_long) => {
                format!("{address} has sent nothing for {}, so it was given up.", span(*how_long))
            }
            Self::Loading(how_long) => {
                format!("{address} was still loading its model after {}, so it was given up.", span(*how_long))
            }
            Self::TooSlow(limit) => format!(
                "The answer was ended after {}, the longest that one may take here (--answer-timeout). Continue asks for the rest.",
                span(*limit)
            ),
            Self::TooMuch(limit) => format!(
                "The answer was ended after {} MiB, the longest that one may get here (--max-answer). Continue asks for more.",
                limit / 1024 / 1024
            ),
            Self::Short(shortfall) => shortfall.words(upstream),
            Self::Incomplete => {
                format!("{address} ended its answer without saying that it was complete, so it may be incomplete.")
            }
            Self::Part(failure) => format!("{} The answer may be incomplete.", failure.words(upstream)),
        }
    }
}

impl Shortfall {
    fn words(&self, upstream: &Upstream) -> String {
        let address = upstream.address();
        match self {
            Self::Filtered(reason) => format!(
                "A content filter at {address} ended the answer ({}). Ask in other words, or ask another model.",
                quoted_word(reason, upstream)
            ),
            Self::Beyond(Beyond::Tool(name)) if name.is_empty() => format!(
                "{address} called a tool instead of answering, and none was offered to it. Retry, or ask another model."
            ),
            Self::Beyond(Beyond::Tool(name)) => format!(
                "{address} called the tool {} instead of answering, and none was offered to it. Retry, or ask another model.",
                quoted_word(name, upstream)
            ),
            Self::Beyond(beyond) => format!(
                "{address} answered with {}, which can't be shown here. Ask for words, or ask another model.",
                beyond.words(upstream)
            ),
            Self::ThoughtAlone { is_cut: false } => {
                format!("{address} sent thoughts and no answer. Retry, or ask in other words.")
            }
            Self::ThoughtAlone { is_cut: true } => format!(
                "{address} reached the token limit while it was thinking, before it answered. Allow a longer answer, or let \
                 it think less, and retry."
            ),
            Self::Nothing { is_cut: false } => {
                format!("{address} sent an empty answer. Retry, or ask in other words.")
            }
            Self::Nothing { is_cut: true } => format!(
                "{address} reached the token limit before the first word of its answer. Allow a longer answer, and retry."
            ),
            Self::Other(reason) => format!(
                "{address} ended its answer before it was complete, and gave the reason {}. Retry, or ask another model.",
                quoted_word(reason, upstream)
            ),
        }
    }
}

impl Beyond {
    fn words(&self, upstream: &Upstream) -> String {
        match self {
            Self::Tool(_) => "a tool call".into(),
            Self::Picture => "a picture".into(),
            Self::Sound => "sound".into(),
            Self::Video => "a video".into(),
            Self::Other(kind) => format!("content of the type {}", quoted_word(kind, upstream)),
        }
    }
}

impl Upstream {
    /// The option that gives it a key.
    fn key_option(&self) -> String {
        match self.name.as_str() {
            _ if self.is_found => format!("--upstream {} --api-key KEY", self.address()),
            "" => "--api-key or OPENAI_API_KEY".into(),
            name => format!("--api-key {name}=KEY"),
        }
    }
}

/// A length of time in words.
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1 => "1 second".into(),
        2..=119 => format!("{seconds} seconds"),
        120..=7199 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests;
