//! How many files the system lets this program have open, on systems that don't say.

/// As many as it needs.
#[must_use]
pub const fn most() -> usize {
    usize::MAX
}
