//! Long work on the page's one thread. [`time_slice`] lets the browser draw between slices; a [`job`] shows its progress and
//! can be cancelled.

pub mod job;
pub mod time_slice;
