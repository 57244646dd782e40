//! Who is asking: the address that a request is counted under.

use axum::extract::Request;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A client, as it is counted: an IPv4 address, or the /64 that one household or machine has of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    address: IpAddr,
    /// A trusted proxy at this address sent the request for somebody, and named them in a way that can't be read. All of
    /// those are one client, and the proxy itself is another.
    is_unnamed: bool,
}

impl Client {
    /// The client at this address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        let address = match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
            address @ IpAddr::V4(_) => address,
        };
        Self { address, is_unnamed: false }
    }

    /// Everybody whom the proxy at this address sends requests for without a name that can be read.
    pub(crate) fn unnamed_behind(proxy: IpAddr) -> Self {
        Self { is_unnamed: true, ..Self::at(proxy) }
    }

    /// What somebody who has many addresses has: a /24 of IPv4, a /48 of IPv6.
    #[must_use]
    pub fn network(self) -> Self {
        let address = match self.address {
            IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into(),
        };
        Self { address, ..self }
    }

    /// The client that a request comes from, as [`Proxies::tell`] has noted. One that came over no socket is this machine.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        request.extensions().get().copied().unwrap_or(Self::at(Ipv4Addr::LOCALHOST.into()))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Client {
        Client::at(address.parse().unwrap())
    }

    #[test]
    fn a_household_is_one_client() {
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:2"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:10.0.0.1"), at("10.0.0.1"));
        assert_ne!(at("10.0.0.1"), at("10.0.0.2"));
    }
}
