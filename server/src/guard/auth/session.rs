//! The session cookie: its end, a random number, and a signature with a key that is derived from the password, such as
//! `1798761600-9f86d081884c7d65.` and 64 hexadecimal digits. The server stores no sessions, so any number of servers with the
//! same password accept each other's. Another password voids all sessions.
//!
//! A session that was logged out is remembered until its end, so that a copied cookie is worthless. That list is in this
//! process alone: another server with the same password doesn't know it, nor does this one after a restart.

use aws_lc_rs::{
    hmac::{self, HMAC_SHA256, Key},
    pbkdf2::{self, PBKDF2_HMAC_SHA256},
};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use std::{
    collections::BTreeSet,
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The life of a session.
pub(super) const LASTS: Duration = Duration::from_hours(30 * 24);

/// Rounds of PBKDF2, which make guessing a password from a stolen cookie slow: as many as
/// [OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html) recommends.
const ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).unwrap();

/// The most logged-out sessions that are remembered: about 2 MiB. Beyond that, the one that ends first is forgotten.
const REMEMBERED: usize = 10_000;

/// Signs sessions, and checks them.
pub(super) struct Sessions {
    key: Key,
    /// The logged-out sessions: the end and the signed part of each.
    ended: Mutex<BTreeSet<(Duration, String)>>,
}

/// A session whose signature is good.
struct Session<'a> {
    until: Duration,
    signed: &'a str,
}

impl Sessions {
    /// The sessions of this password.
    pub(super) fn of(password: &str) -> Self {
        let mut key = [0; 32];
        pbkdf2::derive(PBKDF2_HMAC_SHA256, ROUNDS, b"starcrossed session", password.as_bytes(), &mut key);
        Self { key: Key::new(HMAC_SHA256, &key), ended: Mutex::default() }
    }

    /// Creates a session.
    pub(super) fn begin(&self) -> String {
        self.until(now() + LASTS)
    }

    fn until(&self, end: Duration) -> String {
        let signed = format!("{}-{:016x}", end.as_secs(), rand::random::<u64>()); // two logins in one second are two sessions
        let signature = hmac::sign(&self.key, signed.as_bytes());
        signed + "." + &HEXLOWER.encode(signature.as_ref())
    }

    /// Whether the session is ours, has not ended, and was not logged out.
    pub(super) fn is_good(&self, session: &str) -> bool {
        self.read(session).is_some_and(|it| !self.ended().contains(&(it.until, it.signed.to_owned())))
    }

    /// Logs a session out, if it is ours.
    pub(super) fn end(&self, session: &str) {
        let Some(session) = self.read(session) else { return };
        let mut ended = self.ended();
        let now = now();
        ended.retain(|(until, _)| *until > now);
        ended.insert((session.until, session.signed.to_owned()));
        if ended.len() > REMEMBERED {
            ended.pop_first();
        }
    }

    /// The session in a cookie, if its signature is good and it has not ended.
    fn read<'a>(&self, session: &'a str) -> Option<Session<'a>> {
        let (signed, signature) = session.split_once('.')?;
        hmac::verify(&self.key, signed.as_bytes(), &HEXLOWER_PERMISSIVE.decode(signature.as_bytes()).ok()?).ok()?;
        let (end, _) = signed.split_once('-').unwrap_or((signed, "")); // earlier versions had no number
        let until = Duration::from_secs(end.parse().ok()?);
        (now() < until).then_some(Session { until, signed })
    }

    fn ended(&self) -> MutexGuard<'_, BTreeSet<(Duration, String)>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_good_until_it_ends_and_for_its_password_alone() {
        let sessions = Sessions::of("hunter22");
        let session = sessions.begin();
        assert!(sessions.is_good(&session));
        assert!(Sessions::of("hunter22").is_good(&session), "another server with the same password takes it");
        assert!(!Sessions::of("hunter23").is_good(&session));
        assert!(!sessions.is_good(&sessions.until(now())), "it has ended");
    }

    #[test]
    fn a_session_that_was_logged_out_is_over_and_no_other_is() {
        let sessions = Sessions::of("hunter22");
        let (one, other) = (sessions.begin(), sessions.begin());
        sessions.end("1-0.00");
        sessions.end(&one);
        assert!(!sessions.is_good(&one) && sessions.is_good(&other));
    }

    #[test]
    fn only_so_many_that_were_logged_out_are_remembered() {
        let sessions = Sessions::of("hunter22");
        let first = sessions.until(now() + LASTS / 2);
        sessions.end(&first);
        (0..REMEMBERED).for_each(|_| sessions.end(&sessions.begin()));
        assert!(sessions.is_good(&first) && sessions.ended().len() == REMEMBERED);
    }

    #[test]
    fn what_was_changed_is_no_session() {
        let sessions = Sessions::of("hunter22");
        let session = sessions.begin();
        let (_, signature) = session.split_once('.').unwrap();
        let longer = format!("99999999999.{signature}");
        let cut = session.trim_end_matches(|_: char| true);
        for wrong in ["", ".", "1.", "x.00", &longer, cut, &session[..session.len() - 1], &session[..session.len() - 2]]
        {
            assert!(!sessions.is_good(wrong), "{wrong}");
        }
    }
}
