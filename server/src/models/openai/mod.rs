//! Asks a model server that speaks OpenAI's chat completions API.
//!
//! Servers differ in what they send from what they claim. Each module knows one part of the difference.
//!
//! | module | what it does |
//! |---|---|
//! | [`connection`] | the way to a server: its address, limits, proxy and certificates |
//! | [`endpoint`] | the knowledge about a server: its kind, its models, the fields that it rejects |
//! | [`request`] | the question, and the fields that it can go without |
//! | [`client`] | asks one question on one connection |
//! | [`list_models`], [`model_list`] | asks for the models; parses the list |
//! | [`wire`] | bytes as events and JSON values |
//! | [`chunk`] | the meaning of one event or value |
//! | [`stream`] | bytes as deltas and an exit |
//! | [`error`] | messages for a person |
//! | [`replay`] | reads a recorded answer, for tests and fuzzing |

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
