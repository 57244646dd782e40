//! PLACEHOLDER

pub mod answer;
pub mod message;
#[cfg(feature = "ssr")]
pub mod model;
#[cfg(feature = "ssr")]
pub mod options;
pub mod progress;
pub mod usage;
