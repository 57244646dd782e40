//! Asks a model server that speaks the chat completions API, as nearly all of them claim to.
//!
//! What they claim and what they send are two things, so each file here knows one part of the difference:
//! [`upstream`] (where the server is, and how patient to be with it), [`client`] (one question on one connection),
//! [`question`] (what is asked for, and what can be done without), [`reader`] (its answer, and the clock), [`answer`]
//! (bytes as deltas and an end), [`dialect`] (what one event means), [`halves`] (of characters), [`think`] (thoughts hidden
//! in the text), [`catalog`] (the list of models), [`failure`] (what to tell a person). [`replay`] reads an answer that is
//! there already.

mod answer;
mod catalog;
mod client;
mod dialect;
mod failure;
mod halves;
mod question;
mod reader;
pub mod replay;
mod think;
mod upstream;

pub(crate) use catalog::Listed;
pub use client::Client;
pub use upstream::{Upstream, parse_url};
