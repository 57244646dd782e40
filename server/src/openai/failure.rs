//! What to tell a person when there is no answer, or only part of one: what happened, and what they can do.
//!
//! A server's own words are quoted, since they mostly say it best, but never at length, and never with the key in them.

use super::{
    dialect::error_in,
    upstream::{Upstream, without_secrets},
};
use reqwest::{
    StatusCode,
    header::{HeaderMap, LOCATION, RETRY_AFTER},
};
use std::{error::Error, io, time::Duration};

/// How much of a server's own words is quoted, in characters.
const QUOTED: usize = 300;

/// A key shorter than this is no secret but a stopgap (`ollama`, `none`, `x`), and a word that errors are made of.
const SECRET: usize = 8;

/// Every way in which there can be no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// There was no connection, or it broke before an answer.
    Unreachable(reqwest::Error),
    /// The server said no.
    Refused(Box<Refusal>),
    /// The server said what went wrong, in place of an answer or in the middle of one. No words: it said only that.
    Said(String),
    /// The server sent this, which is not what this API sends.
    Rubbish(String),
    /// One line or event, or an answer in one piece, was longer than can be right.
    TooLong,
    /// The connection broke in the middle of the answer.
    Cut(reqwest::Error),
    /// The server was silent for this long.
    Silent(Duration),
    /// The answer took longer than this, which is all that it may.
    TooSlow(Duration),
    /// The answer got longer than this many bytes, which is all that it may.
    TooMuch(usize),
    /// The answer ended before it had begun.
    Empty,
    /// The answer ended without a word that it was complete.
    Incomplete,
    /// This happened when a part of the answer was there already. It stays.
    Part(Box<Self>),
}

/// An answer whose status is not a success.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Failure {
    /// The sentence for the person.
    pub(super) fn sentence(&self, upstream: &Upstream) -> String {
        let address = upstream.address();
        match self {
            Self::Unreachable(error) => unreachable(upstream, error),
            Self::Refused(refusal) => refusal.sentence(upstream),
            Self::Said(words) if words.is_empty() => format!("{address} ended its answer with an error."),
            Self::Said(words) => format!("{address} reports an error: {}", quote(words, upstream)),
            Self::Rubbish(words) => format!(
                "{address} sent something else than was asked for. Does the URL lead to an OpenAI-compatible API? This \
                 came: {}",
                quote(&readable(words), upstream)
            ),
            Self::TooLong => format!("{address} sent more at once than an answer can hold, so it was cut off."),
            Self::Cut(error) => format!("The connection to {address} broke off: {}", quote(&root(error), upstream)),
            Self::Silent(how_long) => {
                format!("{address} has sent nothing for {}, so it was given up.", span(*how_long))
            }
            Self::TooSlow(limit) => format!(
                "The answer was ended after {}, the longest that one may take here (--answer-timeout). Continue asks for the rest.",
                span(*limit)
            ),
            Self::TooMuch(limit) => format!(
                "The answer was ended after {} MiB, the longest that one may get here (--max-answer). Continue asks for more.",
                limit / 1024 / 1024
            ),
            Self::Empty => format!("{address} sent an empty answer."),
            Self::Incomplete => {
                format!("{address} ended its answer without saying that it was complete, so it may be incomplete.")
            }
            Self::Part(failure) => format!("{} The answer may be incomplete.", failure.sentence(upstream)),
        }
    }
}

impl Refusal {
    /// Whether it is this part of the request that the server minds.
    pub(super) fn minds(&self, part: &str) -> bool {
        matches!(self.status.as_u16(), 400 | 422) && self.body.contains(part)
    }

    /// Whether it doesn't know this part of the request, which is something else than knowing it and not being able to.
    pub(super) fn has_never_heard_of(&self, part: &str) -> bool {
        let body = self.body.to_ascii_lowercase();
        let unknown = ["extra", "unknown", "unrecognized", "unexpected", "not permitted", "not allowed"];
        self.minds(part) && unknown.iter().any(|word| body.contains(word))
    }

    fn sentence(&self, upstream: &Upstream) -> String {
        let (address, code) = (upstream.address(), self.status.as_u16());
        let said = self.said(upstream);
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
            500..=599 => format!("{address} failed ({code}){said}{}", self.retry_after(upstream)),
            _ => format!("{address} refused the request ({code}){said}"),
        }
    }

    /// What the server said about it, as the rest of a sentence.
    fn said(&self, upstream: &Upstream) -> String {
        let words = error_in(&self.body).unwrap_or_else(|| readable(&self.body));
        if words.is_empty() { ".".into() } else { format!(": {}", quote(&words, upstream)) }
    }

    fn pointed_to(&self, upstream: &Upstream) -> String {
        let location = self.header(LOCATION.as_str()).and_then(|to| upstream.url.join(to).ok());
        location.map_or_else(
            || ", without saying where.".into(),
            |to| {
                format!(", to {}. If that is the right place, give its base URL with --upstream.", without_secrets(to))
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
            _ => format!(" Try again after {}.", quote(when, upstream).trim_end_matches('.')),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why a connection failed, and what to look at.
fn unreachable(upstream: &Upstream, error: &reqwest::Error) -> String {
    let address = upstream.address();
    let cause = quote(&root(error), upstream);
    let refused = io_error(error).is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
    if !error.is_connect() {
        return format!("{address} broke the connection off without an answer: {cause}");
    }
    if error.is_timeout() {
        return format!(
            "{address} can't be reached: no connection within {}. Check the URL, and the network between.",
            span(upstream.connect_timeout)
        );
    }
    if error.is_dns() {
        return format!("{address} can't be reached: there is no host of that name. Check the URL. ({cause})");
    }
    if refused {
        return format!("Nothing answers at {address}. Is the model server running, and is its URL right?");
    }
    if io_error(error).is_none_or(|error| error.get_ref().is_some()) && upstream.url.scheme() == "https" {
        return format!(
            "No secure connection to {address}: {cause} If it speaks plain HTTP, its URL begins with http://."
        );
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

fn io_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        next = error.source();
    }
    None
}

/// A body that isn't JSON, as something that can be quoted: of a web page, its title.
fn readable(body: &str) -> String {
    let begun = body.trim_start();
    if !begun.starts_with('<') {
        return body.to_owned();
    }
    let title = body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    title.map_or_else(|| "a web page".into(), |(title, _)| format!("a web page, “{}”", title.trim()))
}

/// Words of a server's as part of a sentence: without the key, in one line, not too long, and with a full stop.
fn quote(words: &str, upstream: &Upstream) -> String {
    let words = upstream.redact(words).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut quoted = words.chars().take(QUOTED).collect::<String>();
    if quoted.len() < words.len() {
        quoted.push('…');
    } else if !quoted.ends_with(['.', '!', '?', '…']) {
        quoted.push('.');
    }
    quoted
}

impl Upstream {
    /// How it is given a key.
    fn key_option(&self) -> String {
        match self.name.as_str() {
            "" => "--api-key or OPENAI_API_KEY".into(),
            name => format!("--api-key {name}=KEY"),
        }
    }

    /// The text without the key, should the server have repeated it.
    fn redact(&self, text: &str) -> String {
        let secrets = [self.key(), self.url.password()].into_iter().flatten().filter(|key| key.len() >= SECRET);
        secrets.fold(text.to_owned(), |text, key| text.replace(key, "[key]"))
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
