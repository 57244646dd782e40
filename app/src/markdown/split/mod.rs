//! Blocks that are too large for one frame: [`seam`] finds the cut, [`reopen`] begins the second part, [`code`] feeds an open
//! code block line by line.

pub(crate) mod code;
pub(crate) mod reopen;
pub(crate) mod seam;
