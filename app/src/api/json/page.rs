//! Where a page parses arguments: nowhere.

/// Does the work.
pub(super) fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}
