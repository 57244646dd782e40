//! Small views that several pages share: the [`logo`], and [`text`] that changes. Texts, too: durations in `duration`.

pub(crate) mod duration;
pub mod logo;
pub mod text;
