//! What a task waits for before its first delta.

use serde::{Deserialize, Serialize};

/// The data of a `progress` event, where the model server tells it: `{"phase":"loading"}`, `{"phase":"reading","percent":35}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What goes on.
    pub phase: Phase,
    /// How much of it is done, from 0 to 100, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

/// What goes on before an answer. A reader ignores an event with a phase that it doesn't know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The model server is loading the model.
    Loading,
    /// The model is reading the prompt.
    Reading,
}

impl Progress {
    /// The model is being loaded, nobody knows how far.
    pub const LOADING: Self = Self { phase: Phase::Loading, percent: None };

    /// So much of the prompt has been read.
    #[must_use]
    pub const fn reading(percent: u8) -> Self {
        Self { phase: Phase::Reading, percent: Some(percent) }
    }
}
