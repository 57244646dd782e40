//! The text as the parser shall see it: lines, code spans, tables, nesting, delimiter flanks, and the private characters that
//! stand for parts the parser must not touch.

pub(crate) mod code_spans;
pub(crate) mod depth;
pub(crate) mod flank;
pub(crate) mod line;
pub(crate) mod sentinels;
pub(crate) mod tables;
