//! The answer of a model server, from its bytes to its deltas and its end.
//!
//! | module | what it does |
//! |---|---|
//! | [`reader`] | reads a response, and keeps the time limits |
//! | [`answer`] | turns bytes into deltas and an end |

pub(crate) mod answer;
pub(crate) mod reader;
