//! What each delta says: whose it is, the how-manieth it is, and when the model wrote it. So whoever reads it needs to
//! know nothing else.

use std::{fmt, sync::LazyLock, time::Instant};

static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// How long this program has been running, in microseconds, or nearly.
pub(crate) fn now() -> u64 {
    u64::try_from(BEGINNING.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// One delta's stamp. As text it ends with a space, and has none inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The stream that it belongs to.
    pub(crate) stream: u32,
    /// Counted from 1.
    pub(crate) number: u32,
    /// When it was written, as [`now`] has it.
    pub(crate) written: u64,
}

impl Stamp {
    /// Reads one word. None if it is no stamp.
    pub(crate) fn read(word: &str) -> Option<Self> {
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
