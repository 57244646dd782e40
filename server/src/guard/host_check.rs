//! Refuses requests for unknown host names.
//!
//! An attacker can point a name of their own at this machine; a browser then takes the attacker's page and ours for one site
//! ([DNS rebinding](https://en.wikipedia.org/wiki/DNS_rebinding)). The `Host` header tells them apart, and the attacker can't
//! change it.

use crate::http::refusal::refuse;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, Version, header::HOST, uri::Authority},
    middleware::Next,
    response::Response,
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// The host names of the server. None: every name is accepted.
#[derive(Clone, Debug)]
pub struct Hosts(Option<Arc<[String]>>);

impl Hosts {
    /// The names of a server that listens at `address`: IP addresses, `localhost`, and `names`. Without `names`, a server that
    /// listens beyond loopback accepts any Host header, because it cannot know its own name.
    #[must_use]
    pub fn of(address: SocketAddr, names: Vec<String>) -> Self {
        let is_strict = address.ip().to_canonical().is_loopback() || !names.is_empty();
        Self(is_strict.then(|| names.into()))
    }

    fn include(&self, host: &str) -> bool {
        let Some(names) = &self.0 else { return true };
        let bare = bare(host);
        let is_named = names.iter().any(|name| bare.eq_ignore_ascii_case(name));
        is_named || is_this_machine(host) || bare.parse::<IpAddr>().is_ok()
    }
}

/// Middleware: refuses a request for another host name.
pub(crate) async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    match host(&request) {
        Ok(Some(host)) if !hosts.include(&host) => refuse(
            StatusCode::MISDIRECTED_REQUEST,
            &format!("Unknown host name {host}. Start the server with --host {host} to allow it."),
        ),
        Ok(_) => next.run(request).await,
        Err(why) => refuse(StatusCode::BAD_REQUEST, why),
    }
}

/// The host name that the request was sent to, without a port. HTTP/2 has it in the URI. HTTP/1.1 has it in a header, and may
/// repeat it in the URI, which then counts. HTTP/1.0 may have none: health checks of old proxies send none.
///
/// # Errors
/// The name is missing, repeated or unreadable: a bad request
/// ([RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)).
pub(crate) fn host(request: &Request) -> Result<Option<String>, &'static str> {
    let mut headers = request.headers().get_all(HOST).iter();
    let header = headers.next();
    if headers.next().is_some() {
        return Err("The request has more than one Host header. Send one.");
    }
    if header.is_none() && request.version() == Version::HTTP_11 {
        return Err("The request has no Host header. Send one with the name of this server.");
    }
    let in_header = header.map(|header| name_in(header).ok_or("The Host header is not a host name.")).transpose()?;
    let in_address = request.uri().host().map(ToOwned::to_owned);
    Ok(in_address.or(in_header))
}

fn name_in(header: &HeaderValue) -> Option<String> {
    let authority = header.to_str().ok()?.parse::<Authority>().ok()?;
    Some(authority.host().to_owned()).filter(|host| !host.is_empty())
}

/// Whether this name or address is loopback.
pub(crate) fn is_this_machine(host: &str) -> bool {
    let bare = bare(host);
    let is_name = bare.eq_ignore_ascii_case("localhost") || bare.to_ascii_lowercase().ends_with(".localhost");
    is_name || bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(address: &str, names: &[&str]) -> Hosts {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Hosts::of(SocketAddr::new(address.parse().unwrap(), 3000), names)
    }

    #[test]
    fn a_server_for_this_machine_goes_by_its_addresses_and_localhost_and_by_no_stranger_s_name() {
        let here = hosts("127.0.0.1", &[]);
        for host in ["127.0.0.1", "192.168.0.7", "[::1]", "localhost", "LocalHost", "chat.localhost", "localhost."] {
            assert!(here.include(host), "{host}");
        }
        for host in ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "notlocalhost"] {
            assert!(!here.include(host), "{host}");
        }
    }

    #[test]
    fn a_name_that_was_given_is_taken_and_then_no_other_wherever_it_listens() {
        for address in ["127.0.0.1", "0.0.0.0"] {
            let named = hosts(address, &["chat.example.com"]);
            assert!(named.include("Chat.Example.com") && named.include("localhost"));
            assert!(!named.include("evil.example") && !named.include("sub.chat.example.com"));
        }
    }

    #[test]
    fn a_server_for_a_network_goes_by_any_name_unless_one_is_given() {
        assert!(hosts("0.0.0.0", &[]).include("box.lan"));
    }
}
