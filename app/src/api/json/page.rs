//! Pages don't parse arguments of server functions, so there is nothing to move to another thread.

/// Runs the work on the spot.
pub(super) fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}
