//! The content of a delta: its stream, its sequence number, and the time at which the model wrote it. A reader needs no
//! other state.

use std::{fmt, sync::LazyLock, time::Instant};

static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The time since the first call, in microseconds.
pub(crate) fn now() -> u64 {
    u64::try_from(BEGINNING.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// One delta's stamp. Its text ends with a space and contains no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The stream.
    pub(crate) stream: u32,
    /// The sequence number, from 1.
    pub(crate) number: u32,
    /// The time of writing, from [`now`].
    pub(crate) written: u64,
}

impl Stamp {
    /// Parses one word. None if it is no stamp.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let mut parts = word.splitn(3, '.');
        let (stream, number, written) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { stream: stream.parse().ok()?, number: number.parse().ok()?, written: written.parse().ok()? })
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{} ", self.stream, self.number, self.written)
    }
}
