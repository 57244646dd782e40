//! PLACEHOLDER

pub mod chat;
pub mod error;
pub mod fate;
pub mod json;
#[cfg(feature = "ssr")]
pub mod permit;
#[cfg(feature = "ssr")]
pub(crate) mod raw;
