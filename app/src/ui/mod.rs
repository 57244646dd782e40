//! Small views that several pages share: the [`logo`], and [`text`] that changes. Texts, too: durations in `duration`, and the
//! words for the end of a task in `reason`.

pub(crate) mod duration;
pub mod logo;
pub(crate) mod reason;
pub mod text;
