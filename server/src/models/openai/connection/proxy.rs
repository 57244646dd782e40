//! The proxy from the environment that a model server is asked through, if there is one.

use super::upstream::{Upstream, without_secrets};
use hyper_util::client::proxy::matcher::Matcher;
use std::env;
use url::Url;

/// A proxy, and the variable that names it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Proxy {
    pub(crate) variable: &'static str,
    pub(crate) address: String,
}

impl Proxy {
    /// The proxy on the way to this server, as reqwest chooses it.
    pub(crate) fn of(upstream: &Upstream) -> Option<Self> {
        Self::from(upstream, &Matcher::from_env(), |name| env::var(name).is_ok_and(|value| !value.trim().is_empty()))
    }

    fn from(upstream: &Upstream, matcher: &Matcher, is_set: impl Fn(&str) -> bool) -> Option<Self> {
        if upstream.is_loopback() {
            return None;
        }
        let proxy = matcher.intercept(&upstream.url.as_str().parse().ok()?)?;
        let own = if upstream.url.scheme() == "https" {
            ["HTTPS_PROXY", "https_proxy"]
        } else {
            ["HTTP_PROXY", "http_proxy"]
        };
        let mut variables = own.into_iter().chain(["ALL_PROXY", "all_proxy"]);
        let variable = variables.find(|name| is_set(name)).unwrap_or(own[0]);
        let address = Url::parse(&proxy.uri().to_string()).map_or_else(|_| proxy.uri().to_string(), without_secrets);
        Some(Self { variable, address })
    }

    /// A sentence that names the proxy.
    pub(crate) fn hint(&self) -> String {
        let Self { variable, address } = self;
        format!("It is asked through the proxy {address}, which {variable} names.")
    }

    /// The advice for a proxy that asks for credentials.
    pub(crate) fn credentials(&self) -> String {
        format!(" If it wants credentials, write them into {}: http://USER:PASSWORD@HOST:PORT.", self.variable)
    }

    /// Advice for the case that no connection to it comes about.
    pub(crate) fn advice(&self) -> String {
        format!("Start the proxy, unset {}, or name the host in NO_PROXY.", self.variable)
    }

    /// Why nothing came of asking it, given the error at the bottom, and what to do.
    pub(crate) fn trouble(&self, error: &str, cause: &str) -> String {
        let Self { variable, address } = self;
        let otherwise = format!("unset {variable}, or name the host in NO_PROXY.");
        if error.contains("proxy authorization required") {
            return format!("the proxy wants credentials (407). {}{}", self.hint(), self.credentials());
        }
        if error.contains("tunnel error: unsuccessful") {
            return format!(
                "the proxy refuses to connect to it. {} Look whether it allows this host and port, {otherwise}",
                self.hint()
            );
        }
        if let Some(scheme) = error.strip_prefix("unsupported scheme ") {
            return format!(
                "{variable} names the proxy {address}, and one that speaks {scheme} can't be used here. Name one that begins with \
                 http:// there, {otherwise}"
            );
        }
        format!("the proxy on the way doesn't answer: {cause} {} {}", self.hint(), self.advice())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;

    fn proxy(url: &str, set: &[&'static str]) -> Option<Proxy> {
        let value = "http://me:secret@10.0.0.1:3128";
        let of = |name: &str| if set.contains(&name) { value } else { "" };
        let matcher = Matcher::builder()
            .all(of("ALL_PROXY").to_owned())
            .http(of("HTTP_PROXY").to_owned())
            .https(of("https_proxy").to_owned())
            .no("inside.example")
            .build();
        Proxy::from(&Upstream::new(url.parse().unwrap()), &matcher, |name| set.contains(&name))
    }

    #[test]
    fn the_variable_that_names_the_proxy_is_known_and_no_secret_is_shown() {
        for (url, set, variable) in [
            ("http://h.example/v1", &["HTTP_PROXY", "ALL_PROXY"][..], Some("HTTP_PROXY")),
            ("http://h.example/v1", &["ALL_PROXY"], Some("ALL_PROXY")),
            ("https://h.example/v1", &["https_proxy"], Some("https_proxy")),
            ("https://h.example/v1", &["HTTP_PROXY"], None),
            ("http://inside.example/v1", &["HTTP_PROXY"], None),
            ("http://127.0.0.1:1/v1", &["HTTP_PROXY", "ALL_PROXY"], None),
            ("http://h.example/v1", &[], None),
        ] {
            let proxy = proxy(url, set);
            assert_eq!(proxy.as_ref().map(|proxy| proxy.variable), variable, "{url} {set:?}");
            assert!(proxy.is_none_or(|proxy| proxy.address == "http://10.0.0.1:3128"));
        }
    }
}
