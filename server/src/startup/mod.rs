//! The output at the terminal, and the log.
//!
//! | module | what it does |
//! |---|---|
//! | [`output`] | standard output and standard error, which never block and never fail |
//! | [`log`] | the log, which goes to standard error |
//! | [`error`] | the one line that says why the program can't start |

pub mod error;
pub mod log;
pub mod output;
