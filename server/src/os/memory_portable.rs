//! What is in use of the memory, on systems whose own allocator is used, which doesn't say.

/// Not known.
pub(crate) const fn in_use() -> Option<usize> {
    None
}
