//! How many files the system lets this program have open.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Asks for as many as the program may have, and says how many that are.
#[must_use]
pub fn most() -> usize {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return usize::MAX };
    let raised = setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok();
    usize::try_from(if raised { hard } else { soft }).unwrap_or(usize::MAX)
}
