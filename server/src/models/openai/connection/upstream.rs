//! The address, key and limits of a model server.

use crate::config::UpstreamLimits;
use std::fmt;
use url::{Host, Url};

/// A model server.
#[derive(Clone)]
pub struct Upstream {
    /// Its name among several servers. Empty for the only server.
    pub name: String,
    /// Its base URL, such as `http://127.0.0.1:11434/v1`; with or without a slash at the end. Without a path, `/v1` is
    /// meant.
    pub url: Url,
    /// Its API key.
    pub api_key: Option<String>,
    /// Whether it was found on this machine, so that no option names it.
    pub is_found: bool,
    /// The limits on each answer.
    pub limits: UpstreamLimits,
}

impl Upstream {
    /// The server at this URL, without a key, and with the default limits.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self { name: String::new(), url, api_key: None, is_found: false, limits: UpstreamLimits::default() }
    }

    /// The URL for messages: without a password and a query, both of which can hold a key.
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

    /// The URL of something beside the API.
    pub(crate) fn beside(&self, part: &str) -> Url {
        let base = self.base();
        self.at(&format!("{}/{part}", base.strip_suffix("/v1").unwrap_or(base)))
    }

    /// The identity of the server, however its URL is written: host, port, and the path above the API.
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
        // Other programs take the URL of one part of the API, and people copy it.
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
    /// Leaves the key out, since debug output ends up in logs.
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
