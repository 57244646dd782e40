//! The clients: one, and many at once.

pub(crate) mod client;
pub(crate) mod crowd;
