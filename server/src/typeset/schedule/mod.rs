//! Fair shares of CPU time between clients.
//!
//! | module | what it does |
//! |---|---|
//! | [`turns`] | clients take turns |
//! | [`slice`](mod@slice) | one turn: a short piece of CPU time |
//! | [`stack`] | a thread with a large stack |

pub(crate) mod slice;
pub(crate) mod stack;
pub(crate) mod turns;
