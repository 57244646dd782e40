//! The bytes that a model server sends, before their meaning is known.
//!
//! | module | what it does |
//! |---|---|
//! | [`inflate`] | decompresses a body |
//! | [`body`] | splits a body into events or JSON values, whatever its label says |
//! | [`stray_bytes`] | keeps bytes that are only a part of a character |
//! | [`surrogates`] | joins halves of characters that were escaped apart |
//! | [`json_repair`] | mends JSON that is nearly JSON |
//! | [`parse`] | parses long bodies off the runtime |

pub(crate) mod body;
pub(crate) mod inflate;
pub(crate) mod json_repair;
pub(crate) mod parse;
pub(crate) mod stray_bytes;
pub(crate) mod surrogates;
