//! The living tasks and the latest exits: an [`Observer`](crate::Observer) that logs, counts and remembers.

#[cfg(feature = "ssr")]
mod book;
mod fate;
#[cfg(feature = "ssr")]
mod histogram;
#[cfg(feature = "ssr")]
mod metrics;
pub mod snapshot;
#[cfg(feature = "ssr")]
mod stats;
#[cfg(feature = "ssr")]
mod tasks;

pub use fate::Fate;
pub use snapshot::Snapshot;
#[cfg(feature = "ssr")]
pub use {histogram::Histogram, metrics::Metrics, tasks::TaskRegistry};
