//! Who is asking: the machine at the other end of the connection, or the one that a proxy which is trusted says it asks for.

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

pub(crate) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A client, as it is counted: an IPv4 address, or the /64 that one household or machine has of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client(IpAddr);

impl Client {
    /// The client at this address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()),
            address @ IpAddr::V4(_) => Self(address),
        }
    }

    /// What somebody who has many addresses has: a /24 of IPv4, a /48 of IPv6.
    #[must_use]
    pub fn network(self) -> Self {
        match self.0 {
            IpAddr::V4(address) => Self(Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).into()),
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into()),
        }
    }

    /// The client that a request comes from, as [`Proxies::tell`] has noted. One that came over no socket is this machine.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        request.extensions().get().copied().unwrap_or(Self(Ipv4Addr::LOCALHOST.into()))
    }
}

/// Whether a request came to a trusted proxy, or to this server itself, over TLS.
#[derive(Clone, Copy, Debug)]
pub struct IsSecure(pub bool);

impl IsSecure {
    /// As [`Proxies::tell`] has noted.
    #[must_use]
    pub fn of(request: &Request) -> bool {
        request.extensions().get().is_some_and(|IsSecure(is)| *is)
    }
}

/// The proxies whose word is taken.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    trusted: Arc<[IpNet]>,
    is_tls: bool,
}

impl Proxies {
    /// These are trusted; connections come over TLS, or they don't.
    #[must_use]
    pub fn new(trusted: &[IpNet], is_tls: bool) -> Self {
        Self { trusted: trusted.into(), is_tls }
    }

    /// Notes in every request that goes to `app` who sent it, and whether safely.
    pub fn tell(self, app: Router) -> Router {
        app.layer(from_fn_with_state(self, note))
    }

    fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|net| net.contains(&address))
    }

    /// The client is the last in the row that no trusted proxy stands for: what is further left, anybody may have written.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let row = headers.get_all(FORWARDED_FOR).iter().rev().filter_map(|value| value.to_str().ok());
        for address in row.flat_map(|value| value.rsplit(',')) {
            if !self.trust(client) {
                break;
            }
            let Some(before) = read(address) else { break };
            client = before;
        }
        client
    }

    fn is_secure(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        match headers.get(FORWARDED_PROTO) {
            Some(scheme) if self.trust(peer) => scheme.as_bytes().eq_ignore_ascii_case(b"https"),
            _ => self.is_tls,
        }
    }
}

/// An address, with or without a port.
fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

async fn note(State(proxies): State<Proxies>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let client = Client::at(proxies.client(peer.ip(), request.headers()));
        let secure = IsSecure(proxies.is_secure(peer.ip(), request.headers()));
        request.extensions_mut().insert(client);
        request.extensions_mut().insert(secure);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&'static str]) -> String {
        let proxies = Proxies::new(&["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()], false);
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_trusted_proxy_says_whom_it_asks_for() {
        assert_eq!(client("127.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(client("::ffff:127.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(client("127.0.0.1", &["[2001:db8::1]:443"]), "2001:db8::1");
    }

    #[test]
    fn a_row_of_trusted_proxies_is_followed_to_the_first_that_isn_t() {
        assert_eq!(client("127.0.0.1", &["1.1.1.1, 203.0.113.7, 10.1.2.3"]), "203.0.113.7");
        assert_eq!(client("127.0.0.1", &["1.1.1.1, 203.0.113.7", "10.1.2.3"]), "203.0.113.7");
        assert_eq!(client("127.0.0.1", &["10.9.9.9, 10.1.2.3"]), "10.9.9.9");
    }

    #[test]
    fn what_anybody_may_have_written_is_not_believed() {
        assert_eq!(client("203.0.113.7", &["1.1.1.1"]), "203.0.113.7");
        assert_eq!(client("127.0.0.1", &["203.0.113.7, nonsense"]), "127.0.0.1");
        assert_eq!(client("127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn a_household_is_one_client() {
        let at = |text: &str| Client::at(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:2"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:10.0.0.1"), at("10.0.0.1"));
        assert_ne!(at("10.0.0.1"), at("10.0.0.2"));
    }
}
