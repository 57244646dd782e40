//! How often somebody may guess.

use crate::clients::Client;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How many wrong guesses a client has before it has to wait, and how many all clients together have.
const FOR_ONE: u32 = 5;
const FOR_ALL: u32 = 200;

/// How long guesses are remembered.
const WINDOW: Duration = Duration::from_mins(1);

/// The wrong guesses of the last minute.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<Guesses>);

#[derive(Debug, Default)]
struct Guesses {
    by: HashMap<Client, u32>,
    all: u32,
    since: Option<Instant>,
}

impl Attempts {
    /// How long this client has to wait before it may guess again; none if it may now.
    pub(super) fn wait(&self, client: Client) -> Option<Duration> {
        let guesses = self.current();
        let has_guessed = guesses.by.get(&client).copied().unwrap_or(0);
        let since = guesses.since.filter(|_| has_guessed >= FOR_ONE || guesses.all >= FOR_ALL)?;
        Some(WINDOW.saturating_sub(since.elapsed()))
    }

    /// It has guessed wrong.
    pub(super) fn wrong(&self, client: Client) {
        let mut guesses = self.current();
        guesses.since.get_or_insert_with(Instant::now);
        *guesses.by.entry(client).or_default() += 1;
        guesses.all += 1;
    }

    /// What is remembered, which is never more than [`FOR_ALL`] guesses and those that were under way.
    fn current(&self) -> MutexGuard<'_, Guesses> {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if guesses.since.is_some_and(|since| since.elapsed() >= WINDOW) {
            *guesses = Guesses::default();
        }
        guesses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_guesses_wrong_too_often_waits_and_nobody_else_does() {
        let attempts = Attempts::default();
        let (one, other) = (Client::at([10, 0, 0, 1].into()), Client::at([10, 0, 0, 2].into()));
        for _ in 0..FOR_ONE {
            assert_eq!(attempts.wait(one), None);
            attempts.wrong(one);
        }
        assert_eq!(attempts.wait(one), Some(WINDOW));
        assert_eq!(attempts.wait(other), None);
        tokio::time::advance(WINDOW).await;
        assert_eq!(attempts.wait(one), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_that_guesses_waits_too() {
        let attempts = Attempts::default();
        let client = |n: u32| Client::at(n.to_be_bytes().into());
        for n in 0..FOR_ALL {
            attempts.wrong(client(n));
        }
        assert!(attempts.wait(client(FOR_ALL)).is_some());
    }
}
