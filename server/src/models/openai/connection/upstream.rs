//! Where the model server is, and how patient to be with it.

use std::{fmt, time::Duration};
use url::{Host, Url};

/// A model server.
#[derive(Clone)]
pub struct Upstream {
    /// What it is called where there are several; nothing where it is the only one.
    pub name: String,
    /// Its base URL, such as `http://127.0.0.1:11434/v1`; with or without a slash at the end. Without a path, `/v1` is
    /// meant.
    pub url: Url,
    /// The key that it wants, if it wants one.
    pub api_key: Option<String>,
    /// Whether it was found on this machine. Then no option names it yet.
    pub is_found: bool,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long it may take from the question to the first word of the answer. Long: llama-server sends nothing, not
    /// even a status line, while its slots are taken, others send a head at once and then read a long prompt for
    /// minutes. Waiting is thinking, not failing.
    pub header_timeout: Duration,
    /// How long the server may be silent once the answer has begun. A comment is a sign of life too.
    pub idle_timeout: Duration,
    /// How long the whole answer may take.
    pub answer_timeout: Duration,
    /// How long it may get, in bytes of text, what the model thinks included.
    pub max_answer: usize,
}

impl Upstream {
    /// The server at this URL, with no key and the usual patience.
    #[must_use]
    pub const fn new(url: Url) -> Self {
        Self {
            name: String::new(),
            url,
            api_key: None,
            is_found: false,
            connect_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_mins(30),
            idle_timeout: Duration::from_mins(2),
            answer_timeout: Duration::from_hours(2),
            max_answer: 8 * 1024 * 1024,
        }
    }

    /// The URL as it may be shown to anybody: without a password, without a query, both of which can hold a key.
    #[must_use]
    pub fn address(&self) -> String {
        without_secrets(self.url.clone())
    }

    /// The key, without the line end that a file or a shell has left on it.
    pub(crate) fn key(&self) -> Option<&str> {
        self.api_key.as_deref().map(str::trim).filter(|key| !key.is_empty())
    }

    /// The URL of a part of the API, such as `models`.
    pub(crate) fn endpoint(&self, part: &str) -> Url {
        let base = self.base();
        self.at(&format!("{}/{part}", if base.is_empty() { "/v1" } else { base }))
    }

    /// The URL of something that stands beside the API, not in it.
    pub(crate) fn beside(&self, part: &str) -> Url {
        let base = self.base();
        self.at(&format!("{}/{part}", base.strip_suffix("/v1").unwrap_or(base)))
    }

    /// Which server it is, whatever it is called here: host, port, and the path above the API.
    pub(crate) fn place(&self) -> String {
        let host = match self.url.host() {
            Some(Host::Ipv4(ip)) if !ip.is_unspecified() => ip.to_string(),
            Some(Host::Domain(name)) if name != "localhost" => name.to_owned(),
            Some(Host::Ipv6(ip)) if !(ip.is_loopback() || ip.is_unspecified()) => ip.to_string(),
            _ => "127.0.0.1".into(),
        };
        format!("{host} {} {}", self.url.port_or_known_default().unwrap_or_default(), self.beside("").path())
    }

    fn base(&self) -> &str {
        let path = self.url.path().trim_end_matches('/');
        // Others ask for the whole address of one part of the API.
        let parts = ["/chat/completions", "/completions", "/responses", "/models"];
        let base = parts.iter().find_map(|part| path.strip_suffix(part)).unwrap_or(path);
        base.strip_suffix("/v1/chat").map_or(base, |above| &base[..above.len() + "/v1".len()])
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url
    }

    /// Whether it is on this machine, where no proxy leads.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_unspecified(),
            Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unspecified(),
            None => false,
        }
    }
}

impl fmt::Debug for Upstream {
    /// Without the key: what is written for debugging ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("name", &self.name).field("address", &self.address()).finish_non_exhaustive()
    }
}

/// A URL without anything that could be a secret.
pub(crate) fn without_secrets(mut url: Url) -> String {
    _ = url.set_username(""); // fails only where there can be no user
    _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;
    use crate::config::parse_url;

    fn at(url: &str) -> Upstream {
        Upstream::new(parse_url(url).unwrap())
    }

    #[test]
    fn a_base_url_is_taken_in_every_way_that_people_write_it() {
        for (url, endpoint) in [
            ("http://h:1/v1", "http://h:1/v1/models"),
            ("http://h:1/v1/", "http://h:1/v1/models"),
            ("http://h:1", "http://h:1/v1/models"),
            ("http://h:1/", "http://h:1/v1/models"),
            ("h:1", "http://h:1/v1/models"),
            (" https://h/api/openai/v1\n", "https://h/api/openai/v1/models"),
            ("https://h/v1/chat/completions", "https://h/v1/models"),
            ("https://h/v1/chat/completions/", "https://h/v1/models"),
            ("https://h/v1/models", "https://h/v1/models"),
            ("https://h/v1/completions", "https://h/v1/models"),
            ("https://h/v1/chat", "https://h/v1/models"),
            ("https://h/chat", "https://h/chat/models"),
            ("https://h/v1?api-version=2", "https://h/v1/models?api-version=2"),
        ] {
            assert_eq!(at(url).endpoint("models").as_str(), endpoint, "{url}");
        }
    }

    #[test]
    fn what_stands_beside_the_api_is_found_from_every_base_url() {
        for (url, beside) in [
            ("http://h:1/v1/", "http://h:1/openapi.json"),
            ("http://h:1", "http://h:1/openapi.json"),
            ("https://h/llm/v1/chat/completions", "https://h/llm/openapi.json"),
            ("https://h/llm", "https://h/llm/openapi.json"),
        ] {
            assert_eq!(at(url).beside("openapi.json").as_str(), beside, "{url}");
        }
    }

    #[test]
    fn what_is_no_base_url_is_refused_with_words() {
        for url in ["", "ftp://h/v1", "http://", "http://h:port"] {
            assert!(parse_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_shown_address_holds_no_secrets() {
        let mut upstream = at("https://me:hunter22@h/v1?key=sk-1#sk-2");
        upstream.api_key = Some("sk-3".into());
        assert_eq!(upstream.address(), "https://h/v1");
        let shown = format!("{upstream:?}");
        assert!(!shown.contains("hunter22") && !shown.contains("sk-"), "{shown}");
    }

    #[test]
    fn this_machine_is_known_under_all_its_names() {
        for (url, is) in [
            ("http://localhost:1", true),
            ("http://127.0.0.2:1", true),
            ("http://[::1]:1", true),
            ("http://0.0.0.0:1", true),
            ("http://localhost.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(at(url).is_loopback(), is, "{url}");
        }
    }
}
