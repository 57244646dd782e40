//! PLACEHOLDER

pub(crate) mod code_spans;
pub(crate) mod depth;
pub(crate) mod flank;
pub(crate) mod line;
pub(crate) mod sentinels;
pub(crate) mod tables;
