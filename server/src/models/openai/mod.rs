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

pub(crate) mod chunk;
mod client;
pub mod connection;
mod endpoint;
pub(crate) mod error;
pub(crate) mod list_models;
pub(crate) mod model_list;
pub mod replay;
pub(crate) mod request;
pub mod stream;
pub mod wire;

pub use crate::models::openai::connection::upstream::Upstream;
pub(crate) use crate::models::openai::endpoint::host::Kind;
pub(crate) use crate::models::openai::model_list::{Listed, Listing, MOST as MOST_LISTED};
pub(crate) use crate::models::openai::{error::absence::Absence, list_models::Unlisted};
pub use client::Client;
