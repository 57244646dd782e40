//! The phases of a task before its first delta.

use serde::{Deserialize, Serialize};

/// The data of a `progress` event, if the model server reports it: `{"phase":"loading"}`, `{"phase":"reading","percent":35}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The phase.
    pub phase: Phase,
    /// The progress from 0 to 100, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

/// A phase before an answer. A reader ignores an event with an unknown phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The model server is loading the model.
    Loading,
    /// The model is reading the prompt.
    Reading,
}

impl Progress {
    /// The model is being loaded; the progress is unknown.
    pub const LOADING: Self = Self { phase: Phase::Loading, percent: None };

    /// `percent` of the prompt has been read.
    #[must_use]
    pub const fn reading(percent: u8) -> Self {
        Self { phase: Phase::Reading, percent: Some(percent) }
    }
}
