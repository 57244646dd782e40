//! The error of a sender that has no page any more.

use std::{error::Error, fmt};

/// The page or the task is gone, so nothing can be sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the page or the task is gone")
    }
}

impl Error for Gone {}
