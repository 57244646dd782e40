//! Messages for a missing or partial answer: what happened, and what the person can do.
//!
//! | module | what it does |
//! |---|---|
//! | [`absence`] | why there is no list of models |
//! | [`context_length`] | recognizes a conversation that is too long |
//! | [`rejected_field`] | finds the field that a server rejects |
//! | [`redact`] | removes keys and credentials |
//!
//! A message quotes the server, since its words mostly say it best, but briefly, and never with a key. The log leaves quotations
//! out, since they may hold text of the conversation.

pub(crate) mod absence;
pub(crate) mod context_length;
pub(crate) mod redact;
pub(crate) mod rejected_field;

use crate::models::openai::{
    chunk::{beyond::Beyond, error_in, finish_reason::Shortfall},
    connection::{
        proxy::Proxy,
        trust,
        upstream::{Upstream, without_secrets},
    },
    error::{
        absence::Absence,
        context_length::is_too_long,
        redact::{cut, in_one_line},
        rejected_field::{culprit, is_about_needed_part, is_about_parameter, sure_culprit},
    },
    wire::stray_bytes::unmarked,
};
use app::chat::protocol::answer::{Completion, Exit};
use reqwest::{
    StatusCode,
    header::{HeaderMap, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use std::{error::Error, io, time::Duration};

/// The longest quotation of a server, in characters.
const QUOTED: usize = 300;

/// The advice for a conversation that exceeds the context.
const TOO_LONG: &str = " The conversation is too long for the model: edit an earlier question, or begin a new chat.";

/// The most bytes of a server's text that are examined.
const READ: usize = 16 * 1024;

/// Advice for a server that speaks HTTPS.
const SECURE: &str = " If it speaks HTTPS, its URL begins with https://.";

/// The longest single word of a server, such as a finish reason, in characters.
const WORD: usize = 64;

/// Advice for a list that doesn't come.
const NAME_IT: &str = " The name of a model can be typed, or given with --model at the start.";

/// Marks around a quotation while its sentence is built. No quotation contains them.
const BEGIN: char = '\u{1}';
const END: char = '\u{2}';

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

/// An answer whose status is not a success.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
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

impl Refusal {
    /// The part of the request that it is about, of those that were sent. Some fail with a 500 over what they don't know, and
    /// others have another number for it: then it has to be named as such.
    pub(crate) fn culprit<'a>(&self, sent: &[&'a str]) -> Option<&'a str> {
        match self.status.as_u16() {
            400 | 422 => culprit(&self.body, sent),
            401 | 402 | 407 | 408 | 425 | 429 => None,
            403..=599 if !self.is_loading() && is_about_parameter(&self.body) => sure_culprit(&self.body, sent),
            _ => None,
        }
    }

    /// Whether it names this parameter.
    pub(crate) fn names(&self, parameter: &str) -> bool {
        culprit(&self.body, &[parameter]).is_some()
    }

    /// Whether it is this part of the request that the server minds.
    fn minds(&self, part: &str) -> bool {
        matches!(self.status.as_u16(), 400 | 422) && self.body.contains(part)
    }

    /// Whether it doesn't know a part of the request, and doesn't say which.
    pub(crate) fn has_never_heard_of_something(&self) -> bool {
        let names_one = ["stream_options", "continue_final_message", "add_generation_prompt"];
        let body = self.body.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| body.contains(word));
        matches!(self.status.as_u16(), 400 | 422)
            && has(&["extra", "unknown", "unrecognized", "unexpected"])
            && has(&["argument", "field", "parameter", "property", "input", "key"])
            && !has(&names_one)
    }

    /// Whether it doesn't know this part of the request, which is something else than knowing it and not being able to.
    pub(crate) fn has_never_heard_of(&self, part: &str) -> bool {
        let body = self.body.to_ascii_lowercase();
        let unknown = ["extra", "unknown", "unrecognized", "unexpected", "not permitted", "not allowed"];
        self.minds(part) && unknown.iter().any(|word| body.contains(word))
    }

    /// Whether it says that the request is wrong, and not that this is because of a part that it names, or of the conversation.
    pub(crate) fn may_be_about_anything(&self) -> bool {
        let parts = ["stream_options", "continue_final_message", "add_generation_prompt"];
        matches!(self.status.as_u16(), 400 | 422)
            && !is_too_long(&self.body)
            && !is_about_needed_part(&self.body)
            && !parts.iter().any(|part| self.body.contains(part))
    }

    /// Whether a router says that it would have to load the model first.
    pub(crate) fn says_that_it_is_not_loaded(&self) -> bool {
        self.status == StatusCode::BAD_REQUEST && self.body.contains("not loaded")
    }

    /// Whether the server is there, and loads its model. llama-server says `Loading model`, with the type `unavailable_error`;
    /// a broker puts its own words around that.
    pub(crate) fn is_loading(&self) -> bool {
        const LOADING: [&str; 5] = ["loading", "warming up", "not ready", "starting", "initializ"];
        const FAILED: [&str; 9] = [
            "failed to load",
            "failed loading",
            "loading failed",
            "failed to start",
            "failed to initializ",
            "error loading",
            "unable to load",
            "could not load",
            "cannot load",
        ];
        if self.status != StatusCode::SERVICE_UNAVAILABLE {
            return false;
        }
        let words = error_in(&self.body).unwrap_or_else(|| self.body.clone()).to_lowercase();
        let has = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
        !has(&FAILED) && (has(&LOADING) || self.error_type().as_deref() == Some("unavailable_error"))
    }

    fn error_type(&self) -> Option<String> {
        let body: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        Some(body.pointer("/error/type")?.as_str()?.to_owned())
    }

    /// Whether it comes from an API that wants a key. A browser's password box (`Basic`) and a web page are something else.
    fn wants_a_key(&self) -> bool {
        let is_for_browsers = self.header(WWW_AUTHENTICATE.as_str()).is_some_and(|how| how.starts_with("Basic"));
        let body = self.body.trim_start();
        match self.status {
            StatusCode::UNAUTHORIZED => !is_for_browsers && !body.starts_with('<'),
            StatusCode::FORBIDDEN => body.starts_with('{'),
            _ => false,
        }
    }

    fn sentence(&self, upstream: &Upstream) -> String {
        let (address, code) = (upstream.address(), self.status.as_u16());
        let said = self.said(upstream);
        // An answer through a tunnel comes from the server itself.
        let proxy = Proxy::of(upstream).filter(|_| upstream.url.scheme() == "http");
        if let Some(proxy) = proxy.filter(|_| matches!(code, 407 | 502..=504) || self.is_web_page()) {
            let to_do = match code {
                407 => proxy.credentials(),
                502..=504 => String::new(),
                _ => " If this comes from the proxy, let it allow the host, or name the host in NO_PROXY.".into(),
            };
            return format!("{address} failed ({code}){said} {}{to_do}", proxy.hint());
        }
        if upstream.url.scheme() == "http" && self.wants_tls() {
            return format!("{address} refused the request ({code}){said}{SECURE}");
        }
        match code {
            300..=399 => format!("{address} points elsewhere ({code}){}", self.pointed_to(upstream)),
            401 | 403 if upstream.key().is_some() => {
                format!("{address} refused the key ({code}){said} Give the right one with {}.", upstream.key_option())
            }
            401 | 403 => {
                format!(
                    "{address} refused access ({code}){said} If it wants a key, give it with {}.",
                    upstream.key_option()
                )
            }
            404 => format!(
                "{address} knows no such model or address (404){said} Check the model's name, and that the URL is the \
                 one where its OpenAI-compatible API begins; mostly it ends in /v1."
            ),
            429 => format!("{address} has had enough for now (429){said} {}", self.when(upstream)),
            503 if self.is_loading() => format!("{address} is still loading its model (503){said}"),
            400..=599 if is_too_long(&self.body) => format!("{address} refused the request ({code}){said}{TOO_LONG}"),
            500..=599 => format!("{address} failed ({code}){said}{}", self.retry_after(upstream)),
            _ => format!("{address} refused the request ({code}){said}"),
        }
    }

    fn is_web_page(&self) -> bool {
        without_mark(&self.body).starts_with('<')
    }

    /// Whether it says that HTTPS is spoken there: nginx, Apache and Go have words for that.
    fn wants_tls(&self) -> bool {
        let body = self.body.to_ascii_lowercase();
        self.status == StatusCode::BAD_REQUEST
            && ["https port", "https server", "ssl-enabled"].iter().any(|words| body.contains(words))
    }

    /// The server's own explanation, as the rest of a sentence.
    fn said(&self, upstream: &Upstream) -> String {
        let words = error_in(&self.body).unwrap_or_else(|| readable(&self.body));
        if words.is_empty() { ".".into() } else { format!(": {}", quote(&words, upstream)) }
    }

    fn pointed_to(&self, upstream: &Upstream) -> String {
        let location = self.header(LOCATION.as_str()).and_then(|to| upstream.url.join(to).ok());
        location.map_or_else(
            || ", without saying where.".into(),
            |to| {
                let to = within(&without_secrets(to), QUOTED, upstream);
                format!(", to {to}. If that is the right place, give its base URL with --upstream.")
            },
        )
    }

    fn when(&self, upstream: &Upstream) -> String {
        match self.retry_after(upstream) {
            when if when.is_empty() => "Try again later.".into(),
            when => when.trim_start().to_owned(),
        }
    }

    /// When to try again, if the server says so: it gives seconds, or a date.
    fn retry_after(&self, upstream: &Upstream) -> String {
        let Some(when) = self.header(RETRY_AFTER.as_str()) else { return String::new() };
        match when.trim().parse::<f64>().map(Duration::try_from_secs_f64) {
            Ok(Ok(wait)) => format!(" Try again in {}.", span(wait)),
            _ => format!(" Try again after {}.", plain(when, upstream).trim_end_matches('.')),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why a connection failed, and what to look at.
fn unreachable(upstream: &Upstream, error: &reqwest::Error, limit: Duration) -> String {
    let address = upstream.address();
    if let Some(error) = find::<rustls::Error>(error) {
        let trouble = within(&trust::trouble(error), 2 * QUOTED, upstream);
        return format!("No secure connection to {address}: {trouble}");
    }
    let cause = plain(&root(error), upstream);
    let is_plain = upstream.url.scheme() == "http";
    let proxy = Proxy::of(upstream);
    if !error.is_connect() {
        let hint = match &proxy {
            Some(proxy) => format!(" {}", proxy.hint()),
            None if is_plain => SECURE.into(),
            None => String::new(),
        };
        return format!("{address} broke the connection off without an answer: {cause}{hint}");
    }
    if let Some(proxy) = proxy {
        let cause = if error.is_timeout() { format!("nothing within {}.", span(limit)) } else { cause };
        return format!("{address} can't be reached: {}", proxy.trouble(&root(error), &cause));
    }
    if error.is_timeout() {
        return format!(
            "{address} can't be reached: no connection within {}. Check the URL, and the network between.{}",
            span(limit),
            if is_plain { "" } else { trust::PLAIN }
        );
    }
    if error.is_dns() {
        return format!("{address} can't be reached: there is no host of that name. Check the URL. ({cause})");
    }
    if find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
        return format!("Nothing answers at {address}. Is the model server running, and is its URL right?");
    }
    if upstream.url.scheme() == "https" && find::<io::Error>(error).is_none_or(|error| error.get_ref().is_some()) {
        return format!("No secure connection to {address}: {cause}{}", trust::PLAIN);
    }
    format!("{address} can't be reached: {cause} Check the URL, and the network between.")
}

/// The error at the bottom, which is the one that says something.
fn root(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// The first error of this type among the causes. An I/O error may hold its own cause without naming it as one.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    None
}

/// A body that isn't JSON, as something that can be quoted: of a web page, its title.
fn readable(body: &str) -> String {
    let begun = without_mark(body);
    if !begun.starts_with('<') {
        return begun.to_owned();
    }
    let title = ["title", "message"].iter().find_map(|name| element(begun, name));
    let what = if begun.starts_with("<?xml") { "XML" } else { "a web page" };
    title.map_or_else(|| what.into(), |title| format!("{what}, “{title}”"))
}

/// The words in the first element of this name.
fn element(page: &str, name: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase(); // as long as the page
    let tag = format!("<{name}");
    let begin = lower.match_indices(&tag).map(|(at, found)| at + found.len());
    let is_whole = |at: &usize| lower[*at..].starts_with(|c: char| c == '>' || c.is_whitespace());
    let begin = begin.filter(is_whole).find_map(|at| Some(at + lower[at..].find('>')? + 1))?;
    let end = begin + lower[begin..].find('<')?;
    let words = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    let text = words.iter().fold(page[begin..end].to_owned(), |text, (entity, letter)| text.replace(entity, letter));
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A body without the white space that it begins with, and without a byte order mark.
fn without_mark(body: &str) -> &str {
    body.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// A sentence without its quotations.
fn without_quotations(words: &str) -> String {
    let (mut kept, mut rest) = (String::new(), words);
    while let Some((before, quoted)) = rest.split_once(BEGIN) {
        kept += before;
        kept.push('…');
        rest = quoted.split_once(END).unwrap_or_default().1;
    }
    kept + rest
}

/// Words of a server's as part of a sentence.
fn quote(words: &str, upstream: &Upstream) -> String {
    format!("{BEGIN}{}{END}", plain(words, upstream))
}

/// One word of a server's as part of a sentence.
fn quoted_word(word: &str, upstream: &Upstream) -> String {
    format!("{BEGIN}{}{END}", self::word(word, upstream))
}

/// Words as part of a sentence: without secrets, in one line, at most [`QUOTED`] characters, and with a full stop.
fn plain(words: &str, upstream: &Upstream) -> String {
    let mut quoted = within(words, QUOTED, upstream);
    if !quoted.ends_with(['.', '!', '?', '…']) {
        quoted.push('.');
    }
    quoted
}

/// One word of a server's, such as why it ended its answer: without secrets, and at most [`WORD`] characters.
pub(crate) fn word(word: &str, upstream: &Upstream) -> String {
    within(word, WORD, upstream)
}

fn within(words: &str, most: usize, upstream: &Upstream) -> String {
    let read = words.floor_char_boundary(READ);
    let line = in_one_line(&unmarked(&words[..read]));
    cut(&if read < words.len() { upstream.redact_cut(&line) } else { upstream.redact(&line) }, most)
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
mod tests {
    use super::*;

    fn upstream(url: &str, key: &str) -> Upstream {
        Upstream { api_key: Some(key.to_owned()), ..Upstream::new(url.parse().unwrap()) }
    }

    #[test]
    fn a_key_is_not_quoted_in_whatever_way_it_was_repeated() {
        let key = r#"sk/01 "23\45"#;
        let upstream = upstream("http://127.0.0.1/v1", key);
        let json = serde_json::Value::from(key).to_string();
        for words in [key.to_owned(), key.replace(' ', "\r\n\t"), json.clone(), json.replace('/', "\\/")] {
            let quoted = plain(&format!("No key {words} here, nor {words}"), &upstream);
            assert!(!quoted.contains("01") && !quoted.contains("45"), "{quoted}");
            assert_eq!(quoted.matches("[key]").count(), 2, "{quoted}");
        }
    }

    #[test]
    fn a_key_in_the_url_is_not_quoted_and_a_version_is() {
        let upstream = upstream("https://me:hunter22+more@h/v1?api-version=2024-10-21&api-key=0123456789", "none");
        let words = "/v1/models?api-version=2024-10-21&api-key=0123456789 is not for hunter22+more";
        assert_eq!(plain(words, &upstream), "/v1/models?api-version=2024-10-21&api-key=[key] is not for [key].");
    }

    #[test]
    fn a_long_word_of_a_server_is_cut_and_redacted() {
        let upstream = upstream("http://127.0.0.1/v1", "sk-0123456789");
        assert_eq!(word("stop", &upstream), "stop");
        assert_eq!(word("st\nop sk-0123456789", &upstream), "st op [key]");
        assert_eq!(word(&"x".repeat(100_000), &upstream).chars().count(), WORD + 1);
        assert_eq!(plain(&"ä".repeat(100_000), &upstream).chars().count(), QUOTED + 1);
    }

    #[test]
    fn no_part_of_a_key_is_quoted_that_lies_where_the_words_are_cut() {
        let key = "sk-0123456789abcdef";
        let upstream = upstream("http://127.0.0.1/v1", key);
        for before in (READ - key.len())..READ {
            let words = format!("{}{key} and more", " ".repeat(before));
            assert!(!plain(&words, &upstream).contains("sk"), "{before}");
        }
    }

    #[test]
    fn a_server_that_loads_is_told_from_one_that_has_failed() {
        let is_loading = |status: u16, body: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            Refusal { status, headers: HeaderMap::new(), body: body.to_owned() }.is_loading()
        };
        for body in [
            r#"{"error":{"message":"Loading model","type":"unavailable_error","code":503}}"#,
            r#"{"error":{"message":"litellm.ServiceUnavailableError: OpenAIException - Loading model"}}"#,
            r#"{"error":{"message":"Please wait","type":"unavailable_error"}}"#,
            r#"{"detail":"The model is not ready yet"}"#,
            "The server is starting",
            "Engine is initializing, cannot serve requests",
        ] {
            assert!(is_loading(503, body), "{body}");
            assert!(!is_loading(500, body), "{body}");
        }
        for body in [
            "",
            "Service Unavailable",
            r#"{"error":{"message":"Failed to load model","type":"unavailable_error"}}"#,
            r#"{"error":"error loading model: out of memory"}"#,
            "Unable to load the model",
            r#"{"error":{"message":"Failed loading model"}}"#,
            "The engine failed to initialize",
        ] {
            assert!(!is_loading(503, body), "{body}");
        }
    }

    #[test]
    fn who_wants_a_key_is_told_from_others_and_how_it_gets_one_is_said() {
        let refusal = |status: StatusCode, body: &str| {
            Failure::Refused(Box::new(Refusal { status, headers: HeaderMap::new(), body: body.to_owned() }))
        };
        for (status, body, is_locked) in [
            (StatusCode::UNAUTHORIZED, "{}", true),
            (StatusCode::UNAUTHORIZED, "<html>", false),
            (StatusCode::FORBIDDEN, r#"{"error":"no key"}"#, true),
            (StatusCode::FORBIDDEN, "<html>", false),
            (StatusCode::FORBIDDEN, "Forbidden", false),
        ] {
            assert_eq!(refusal(status, body).absence() == Absence::Locked, is_locked, "{status} {body}");
        }
        let found = Upstream { is_found: true, name: "vllm".into(), ..Upstream::new("http://h/v1".parse().unwrap()) };
        let sentence = refusal(StatusCode::UNAUTHORIZED, "{}").sentence(&found);
        assert!(sentence.ends_with("give it with --upstream http://h/v1 --api-key KEY."), "{sentence}");
    }

    #[test]
    fn in_the_log_nothing_is_quoted() {
        let upstream = upstream("http://127.0.0.1/v1", "none");
        for (failure, page, log) in [
            (
                Failure::Reported("can't read 'my secret\u{1}' \u{2}twice".into()),
                "http://127.0.0.1/v1 reports an error: can't read 'my secret ' twice.",
                "http://127.0.0.1/v1 reports an error: …",
            ),
            (
                Failure::Part(Box::new(Failure::Reported("my secret".into()))),
                "http://127.0.0.1/v1 reports an error: my secret. The answer may be incomplete.",
                "http://127.0.0.1/v1 reports an error: … The answer may be incomplete.",
            ),
        ] {
            let exit = failure.exit(&upstream);
            assert_eq!((exit.message.as_deref(), exit.log_message.as_deref()), (Some(page), Some(log)));
        }
    }

    #[test]
    fn what_is_quoted_is_one_line_that_no_terminal_obeys() {
        let upstream = upstream("http://127.0.0.1/v1", "none");
        assert_eq!(plain("\u{1b}[31mred\u{7}\r\n\u{0}and \u{9b}2J\u{85}gone", &upstream), "[31mred and 2J gone.");
    }
}
