//! Limits wrong passwords and tokens.

use crate::http::client_addr::ClientAddr;
use axum::http::HeaderValue;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Wrong guesses of one client before it has to wait.
const FOR_ONE: u32 = 5;

/// Wrong passwords of one network. One attacker may own every address of a network.
const FOR_NETWORK: u32 = 20;

/// Wrong passwords of all clients: too many for one attacker to lock others out alone, too few for a botnet to find one.
const FOR_ALL: u32 = 1000;

/// The most clients and networks that are remembered.
const REMEMBERED: usize = 10_000;

/// The time for which guesses are remembered.
const WINDOW: Duration = Duration::from_mins(1);

/// The kind of secret that a guess is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secret {
    Password,
    Token,
}

/// The wrong guesses of the last minute.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<Guesses>);

#[derive(Debug, Default)]
struct Guesses {
    by: HashMap<ClientAddr, u32>,
    /// Counts passwords only; so does `all`.
    by_network: HashMap<ClientAddr, u32>,
    all: u32,
    since: Option<Instant>,
}

/// The time until the client may guess again.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wait(pub(super) Duration);

impl Wait {
    /// The value of `Retry-After`.
    pub(super) fn in_seconds(&self) -> HeaderValue {
        HeaderValue::from(self.0.as_secs() + 1)
    }
}

impl Attempts {
    /// Whether this client's password is right.
    ///
    /// # Errors
    /// The client has to wait.
    pub(super) fn password(&self, client: ClientAddr, is_right: impl FnOnce() -> bool) -> Result<bool, Wait> {
        self.guess(client, Secret::Password, is_right)
    }

    /// Whether this client's token is right. Only the limit of one client counts, since a token is too long to guess. So an
    /// attack on the password doesn't stop programs in the same network, and an old token in a program stops nobody else.
    pub(super) fn token(&self, client: ClientAddr, is_right: impl FnOnce() -> bool) -> Result<bool, Wait> {
        self.guess(client, Secret::Token, is_right)
    }

    /// Checks and counts under one lock, so that simultaneous guesses can't all count as the first.
    fn guess(&self, client: ClientAddr, secret: Secret, is_right: impl FnOnce() -> bool) -> Result<bool, Wait> {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.forget();
        if guesses.are_too_many(client, secret) {
            let since = guesses.since.map(|since| since.elapsed()).unwrap_or_default();
            return Err(Wait(WINDOW.saturating_sub(since)));
        }
        let is_right = is_right();
        if !is_right {
            guesses.count(client, secret);
        }
        Ok(is_right)
    }
}

impl Guesses {
    fn forget(&mut self) {
        if self.since.is_some_and(|since| since.elapsed() >= WINDOW) {
            *self = Self::default();
        }
    }

    fn are_too_many(&self, client: ClientAddr, secret: Secret) -> bool {
        let of = |all: &HashMap<_, _>, one: ClientAddr| all.get(&one).copied().unwrap_or(0);
        let by_others = || of(&self.by_network, client.subnet()) >= FOR_NETWORK || self.all >= FOR_ALL;
        of(&self.by, client) >= FOR_ONE || secret == Secret::Password && by_others()
    }

    fn count(&mut self, client: ClientAddr, secret: Secret) {
        self.since.get_or_insert_with(Instant::now);
        count(&mut self.by, client);
        if secret == Secret::Password {
            count(&mut self.by_network, client.subnet());
            self.all = self.all.saturating_add(1);
        }
    }
}

fn count(guesses: &mut HashMap<ClientAddr, u32>, by: ClientAddr) {
    if guesses.len() < REMEMBERED || guesses.contains_key(&by) {
        *guesses.entry(by).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guesses wrong.
    fn wrong(attempts: &Attempts, client: ClientAddr) -> Result<bool, Wait> {
        attempts.password(client, || false)
    }

    #[tokio::test(start_paused = true)]
    async fn who_guesses_wrong_too_often_waits_and_nobody_else_does() {
        let attempts = Attempts::default();
        let (one, other) = (ClientAddr::at([10, 0, 0, 1].into()), ClientAddr::at([10, 0, 0, 2].into()));
        for _ in 0..FOR_ONE {
            assert_eq!(wrong(&attempts, one), Ok(false));
        }
        assert_eq!(attempts.password(one, || true), Err(Wait(WINDOW)), "right or not");
        assert_eq!(attempts.token(one, || true), Err(Wait(WINDOW)), "nor a token");
        assert_eq!(attempts.password(other, || true), Ok(true));
        tokio::time::advance(WINDOW).await;
        assert_eq!(attempts.password(one, || true), Ok(true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_right_guess_costs_nothing() {
        let attempts = Attempts::default();
        let client = ClientAddr::at([10, 0, 0, 1].into());
        assert!((0..2 * FOR_ALL).all(|_| attempts.password(client, || true) == Ok(true)));
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_a_network_to_guess_from_shuts_nobody_else_out() {
        let attempts = Attempts::default();
        let client =
            |net: u16, n: u16| ClientAddr::at(std::net::Ipv6Addr::new(0x2001, 0xdb8, net, n, 0, 0, 0, 1).into());
        for n in 0..u16::MAX {
            _ = wrong(&attempts, client(1, n));
        }
        assert!(wrong(&attempts, client(1, u16::MAX)).is_err());
        assert_eq!(attempts.password(client(2, 0), || true), Ok(true));
    }

    #[tokio::test(start_paused = true)]
    async fn programs_with_an_old_token_shut_nobody_out_but_themselves() {
        let attempts = Attempts::default();
        for n in 0..u8::MAX {
            while attempts.token(ClientAddr::at([10, 0, 0, n].into()), || false).is_ok() {}
        }
        let near = ClientAddr::at([10, 0, 0, u8::MAX].into());
        assert_eq!(attempts.token(near, || true), Ok(true));
        assert_eq!(attempts.password(near, || true), Ok(true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_that_guesses_passwords_waits_too_and_programs_go_on() {
        let attempts = Attempts::default();
        let client = |n: u32| ClientAddr::at((n << 8).to_be_bytes().into());
        for n in 0..FOR_ALL {
            assert_eq!(wrong(&attempts, client(n)), Ok(false));
        }
        assert!(wrong(&attempts, client(FOR_ALL)).is_err());
        assert_eq!(attempts.token(client(FOR_ALL), || true), Ok(true));
    }
}
