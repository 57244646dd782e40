//! Starcrossed.
#![recursion_limit = "256"]

pub mod chat;
pub mod error;
pub mod essay;
pub mod fate;
pub mod link;
