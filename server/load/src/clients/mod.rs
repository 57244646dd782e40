//! The clients.

pub(crate) mod client;
pub(crate) mod crowd;
