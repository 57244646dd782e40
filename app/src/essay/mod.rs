//! `/task`, the essay's page: the link at its smallest. [`page`] is all of it; [`drawing`] shows the link as a picture.

mod chunks;
pub mod drawing;
pub mod page;

pub use page::TaskPage;
