//! A response that refuses the request.

use crate::models::openai::{
    chunk::error_in,
    connection::{
        proxy::Proxy,
        upstream::{Upstream, without_secrets},
    },
    error::{
        SECURE, TOO_LONG,
        context_length::is_too_long,
        quote::{QUOTED, plain, quote, readable, within, without_mark},
        rejected_field::{culprit, is_about_needed_part, is_about_parameter, sure_culprit},
        span,
    },
};
use reqwest::{
    StatusCode,
    header::{HeaderMap, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use std::time::Duration;

/// An answer whose status is not a success.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
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
    pub(super) fn minds(&self, part: &str) -> bool {
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

    pub(super) fn error_type(&self) -> Option<String> {
        let body: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        Some(body.pointer("/error/type")?.as_str()?.to_owned())
    }

    /// Whether it comes from an API that wants a key. A browser's password box (`Basic`) and a web page are something else.
    pub(super) fn wants_a_key(&self) -> bool {
        let is_for_browsers = self.header(WWW_AUTHENTICATE.as_str()).is_some_and(|how| how.starts_with("Basic"));
        let body = self.body.trim_start();
        match self.status {
            StatusCode::UNAUTHORIZED => !is_for_browsers && !body.starts_with('<'),
            StatusCode::FORBIDDEN => body.starts_with('{'),
            _ => false,
        }
    }

    pub(super) fn sentence(&self, upstream: &Upstream) -> String {
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
            429 => format!("{address} is rate-limiting requests (429){said} {}", self.when(upstream)),
            503 if self.is_loading() => format!("{address} is still loading its model (503){said}"),
            400..=599 if is_too_long(&self.body) => format!("{address} refused the request ({code}){said}{TOO_LONG}"),
            500..=599 => format!("{address} failed ({code}){said}{}", self.retry_after(upstream)),
            _ => format!("{address} refused the request ({code}){said}"),
        }
    }

    pub(super) fn is_web_page(&self) -> bool {
        without_mark(&self.body).starts_with('<')
    }

    /// Whether it says that HTTPS is spoken there: nginx, Apache and Go have words for that.
    pub(super) fn wants_tls(&self) -> bool {
        let body = self.body.to_ascii_lowercase();
        self.status == StatusCode::BAD_REQUEST
            && ["https port", "https server", "ssl-enabled"].iter().any(|words| body.contains(words))
    }

    /// The server's own explanation, as the rest of a sentence.
    pub(super) fn said(&self, upstream: &Upstream) -> String {
        let words = error_in(&self.body).unwrap_or_else(|| readable(&self.body));
        if words.is_empty() { ".".into() } else { format!(": {}", quote(&words, upstream)) }
    }

    pub(super) fn pointed_to(&self, upstream: &Upstream) -> String {
        let location = self.header(LOCATION.as_str()).and_then(|to| upstream.url.join(to).ok());
        location.map_or_else(
            || ", without saying where.".into(),
            |to| {
                let to = within(&without_secrets(to), QUOTED, upstream);
                format!(", to {to}. If that is the right place, give its base URL with --upstream.")
            },
        )
    }

    pub(super) fn when(&self, upstream: &Upstream) -> String {
        match self.retry_after(upstream) {
            when if when.is_empty() => "Try again later.".into(),
            when => when.trim_start().to_owned(),
        }
    }

    /// When to try again, if the server says so: it gives seconds, or a date.
    pub(super) fn retry_after(&self, upstream: &Upstream) -> String {
        let Some(when) = self.header(RETRY_AFTER.as_str()) else { return String::new() };
        match when.trim().parse::<f64>().map(Duration::try_from_secs_f64) {
            Ok(Ok(wait)) => format!(" Try again in {}.", span(wait)),
            _ => format!(" Try again after {}.", plain(when, upstream).trim_end_matches('.')),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
