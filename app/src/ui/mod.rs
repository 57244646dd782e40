//! Small views that every page shares: the [`logo`], and [`text`] that changes.

pub mod logo;
pub mod text;
