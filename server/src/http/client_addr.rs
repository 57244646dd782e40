//! The address that a request is counted under.

use axum::extract::Request;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A client: an IPv4 address, or a /64 of IPv6, which is what one household or machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddr {
    address: IpAddr,
    /// Whether `address` is that of a trusted proxy that named its client unreadably. All such clients of a proxy are one, and
    /// the proxy itself is another.
    is_unnamed: bool,
}

impl ClientAddr {
    /// The client at this address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        let address = match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
            address @ IpAddr::V4(_) => address,
        };
        Self { address, is_unnamed: false }
    }

    /// The clients that the proxy at this address names unreadably.
    pub(crate) fn unnamed_behind(proxy: IpAddr) -> Self {
        Self { is_unnamed: true, ..Self::at(proxy) }
    }

    /// The network of the client: a /24 of IPv4, or a /48 of IPv6. One attacker may own all of it.
    #[must_use]
    pub fn subnet(self) -> Self {
        let address = match self.address {
            IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into(),
        };
        Self { address, ..self }
    }

    /// The client of a request. A request that came over no socket, as in tests, is from loopback.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        request.extensions().get().copied().unwrap_or(Self::at(Ipv4Addr::LOCALHOST.into()))
    }
}

/// Whether a request came over TLS, to a trusted proxy or to this server.
#[derive(Clone, Copy, Debug)]
pub struct IsSecure(pub bool);

impl IsSecure {
    /// Whether this request came over TLS.
    #[must_use]
    pub fn of(request: &Request) -> bool {
        request.extensions().get().is_some_and(|IsSecure(is)| *is)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> ClientAddr {
        ClientAddr::at(address.parse().unwrap())
    }

    #[test]
    fn a_household_is_one_client() {
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:2"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:10.0.0.1"), at("10.0.0.1"));
        assert_ne!(at("10.0.0.1"), at("10.0.0.2"));
    }
}
