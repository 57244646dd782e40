//! `/monitor`: the tasks of all pages, and the latest exits.

pub mod page;

pub use page::MonitorPage;
