//! Finds the client of a request: the peer of the connection, or the client that trusted proxies name.

use crate::http::client_addr::{ClientAddr, IsSecure};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The trusted proxies. Clones share the list.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    trusted: Arc<[IpNet]>,
    is_tls: bool,
}

impl TrustedProxies {
    /// Trusts these networks. `is_tls` says whether this server speaks TLS itself.
    #[must_use]
    pub fn new(trusted: &[IpNet], is_tls: bool) -> Self {
        Self { trusted: trusted.into(), is_tls }
    }

    fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|net| net.contains(&address))
    }

    /// The client is the rightmost address of `X-Forwarded-For` that is no trusted proxy: entries further left may be forged.
    /// So the list is read from the right, as bytes, and no further than needed.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddr {
        let mut client = peer;
        let row =
            headers.get_all(FORWARDED_FOR).iter().rev().flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
        for entry in row.map(<[u8]>::trim_ascii).filter(|entry| !entry.is_empty()) {
            if !self.trust(client) {
                break;
            }
            let Some(before) = read(entry) else { return ClientAddr::unnamed_behind(client) };
            client = before;
        }
        ClientAddr::at(client)
    }

    fn is_secure(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        match headers.get(FORWARDED_PROTO) {
            Some(scheme) if self.trust(peer) => scheme.as_bytes().eq_ignore_ascii_case(b"https"),
            _ => self.is_tls,
        }
    }
}

/// Parses an address with or without a port.
fn read(entry: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(entry).ok()?;
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Middleware: notes in each request whose it is ([`ClientAddr`]), and whether it came over TLS ([`IsSecure`]).
pub(crate) async fn annotate(State(proxies): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let client = proxies.client(peer.ip(), request.headers());
        let secure = IsSecure(proxies.is_secure(peer.ip(), request.headers()));
        request.extensions_mut().insert(client);
        request.extensions_mut().insert(secure);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    /// The client of a request that comes from `peer` with these headers.
    fn client(peer: &str, forwarded: &[&[u8]]) -> ClientAddr {
        let proxies = TrustedProxies::new(&["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()], false);
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(value).unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers)
    }

    fn at(address: &str) -> ClientAddr {
        ClientAddr::at(address.parse().unwrap())
    }

    #[test]
    fn a_trusted_proxy_says_whom_it_asks_for() {
        assert_eq!(client("127.0.0.1", &[b"203.0.113.7"]), at("203.0.113.7"));
        assert_eq!(client("::ffff:127.0.0.1", &[b"203.0.113.7"]), at("203.0.113.7"));
        assert_eq!(client("127.0.0.1", &[b"[2001:db8::1]:443"]), at("2001:db8::1"));
        assert_eq!(client("127.0.0.1", &[b"203.0.113.7:50123"]), at("203.0.113.7"));
    }

    #[test]
    fn a_row_of_trusted_proxies_is_followed_to_the_first_that_isn_t() {
        assert_eq!(client("127.0.0.1", &[b"1.1.1.1, 203.0.113.7, 10.1.2.3"]), at("203.0.113.7"));
        assert_eq!(client("127.0.0.1", &[b"1.1.1.1, 203.0.113.7", b"10.1.2.3"]), at("203.0.113.7"));
        assert_eq!(client("127.0.0.1", &[b"10.9.9.9, 10.1.2.3"]), at("10.9.9.9"));
        assert_eq!(
            client("127.0.0.1", &[b"203.0.113.7, , ", b"", b",10.1.2.3,"]),
            at("203.0.113.7"),
            "nothing is nobody"
        );
    }

    #[test]
    fn what_anybody_may_have_written_is_not_believed_whatever_its_bytes() {
        assert_eq!(client("203.0.113.7", &[b"1.1.1.1"]), at("203.0.113.7"));
        for junk in [b"nonsense".as_slice(), b"\xff", b"caf\xe9", "é".as_bytes(), b"127.0.0.1\xff"] {
            assert_eq!(client("127.0.0.1", &[&[junk, b", 203.0.113.7"].concat()]), at("203.0.113.7"));
            assert_eq!(client("127.0.0.1", &[junk, b"203.0.113.7"]), at("203.0.113.7"));
            assert_eq!(client("127.0.0.1", &[&[junk, b", 203.0.113.7, 10.1.2.3"].concat()]), at("203.0.113.7"));
        }
        assert_eq!(client("127.0.0.1", &[]), at("127.0.0.1"));
    }

    #[test]
    fn whom_a_trusted_proxy_names_unreadably_is_not_the_proxy() {
        for entry in [b"unknown".as_slice(), b"_hidden", b"\xff\xfe", b"203.0.113.7\xff"] {
            let unnamed = client("127.0.0.1", &[entry]);
            assert_ne!(unnamed, at("127.0.0.1"), "they don't use the proxy's own share");
            assert_eq!(unnamed, client("127.0.0.1", &[b"203.0.113.7", b"unknown"]), "all of them are one");
            assert_ne!(unnamed, client("127.0.0.1", &[b"unknown, 10.1.2.3"]), "at each proxy");
        }
    }
}
