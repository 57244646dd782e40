//! What a browser keeps of having logged in: until when, and a signature that only who knows the password can have made. The
//! server keeps nothing, so that any number of them with one password take each other's word.

use aws_lc_rs::{
    hmac::{self, HMAC_SHA256, Key},
    pbkdf2::{self, PBKDF2_HMAC_SHA256},
};
use std::{
    fmt::Write,
    num::NonZeroU32,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long a login lasts.
pub(super) const LASTS: Duration = Duration::from_hours(30 * 24);

/// How hard it is to try a password on a signature that somebody has got hold of, in rounds: what
/// [OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html) asks for.
const ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).unwrap();

/// Makes signatures, and knows its own.
pub(super) struct Sessions(Key);

impl Sessions {
    /// Those of this password: with another one, all are void.
    pub(super) fn of(password: &str) -> Self {
        let mut key = [0; 32];
        pbkdf2::derive(PBKDF2_HMAC_SHA256, ROUNDS, b"starcrossed session", password.as_bytes(), &mut key);
        Self(Key::new(HMAC_SHA256, &key))
    }

    /// A session that begins now.
    pub(super) fn begin(&self) -> String {
        self.until(now() + LASTS)
    }

    fn until(&self, end: Duration) -> String {
        let end = end.as_secs().to_string();
        let signature = hmac::sign(&self.0, end.as_bytes());
        signature.as_ref().iter().fold(end + ".", |mut text, byte| {
            _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Whether this is one of ours, and goes on.
    pub(super) fn is_good(&self, session: &str) -> bool {
        let Some((end, signature)) = session.split_once('.') else { return false };
        let is_ours = bytes(signature).is_some_and(|it| hmac::verify(&self.0, end.as_bytes(), &it).is_ok());
        is_ours && end.parse().is_ok_and(|end| now() < Duration::from_secs(end))
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.bytes().map(|digit| char::from(digit).to_digit(16)).collect::<Option<Vec<_>>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| u8::try_from(high * 16 + low).ok()).collect()
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
