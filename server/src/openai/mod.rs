//! Asks a model server that speaks the chat completions API, as nearly all of them claim to.
//!
//! What they claim and what they send are two things, so each file here knows one part of the difference:
//! [`upstream`] (where the server is, and how patient to be with it), [`proxy`] and [`trust`] (the way there), [`client`] (one
//! question on one connection),
//! [`question`] (what is asked for, and what can be done without), [`refused`] (which part that is), [`reader`] (its answer, and the clock), [`inflate`] (what is compressed), [`answer`]
//! (bytes as deltas and an end), [`body`] (events and JSON, whatever the label says), [`dialect`] (what one of these means), [`choices`]
//! (which of them belong to the answer), [`message`] (words, and what is none), [`repeat`] (what is said twice), [`ending`] (whether an answer is whole), [`halves`]
//! (of characters) and [`strays`] (bytes that are parts of them), [`mend`] (JSON that is nearly JSON), [`parse`] (of long bodies, off the runtime), [`think`] (thoughts
//! hidden in the text), [`code`] (where code stands in it), [`place`] (one server, and what runs there), [`endpoint`] and [`names`] (what is known of it),
//! [`listing`] and [`catalog`] (the list of models), [`context`] (whether an answer can go on), [`failure`] (what to tell a
//! person), [`redact`] (what is never repeated). [`replay`] reads an answer that is there already.

mod answer;
mod body;
mod catalog;
mod choices;
mod client;
mod code;
mod context;
mod dialect;
mod ending;
mod endpoint;
mod failure;
mod halves;
mod inflate;
mod listing;
mod mend;
mod message;
mod names;
mod parse;
mod place;
mod proxy;
mod question;
mod reader;
mod redact;
mod refused;
mod repeat;
pub mod replay;
mod strays;
mod think;
mod trust;
mod upstream;

pub(crate) use catalog::{Listed, Listing, MOST as MOST_LISTED};
pub use client::Client;
pub(crate) use listing::{Absence, Unlisted};
pub(crate) use place::Kind;
pub use upstream::{Upstream, parse_url};
