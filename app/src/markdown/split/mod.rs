//! PLACEHOLDER

pub(crate) mod code;
pub(crate) mod reopen;
pub(crate) mod seam;
