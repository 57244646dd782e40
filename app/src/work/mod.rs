//! PLACEHOLDER

pub mod job;
pub mod time_slice;
