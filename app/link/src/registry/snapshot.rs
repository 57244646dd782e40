//! The tasks as they are seen from outside. No id is in it: whoever has one may ask after its task, and that is the page's
//! right alone.

use super::Reason;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// All of them, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Census {
    /// How many live.
    pub live: u64,
    /// How many have ended since the server started.
    pub ended: u64,
    /// How many deltas all these have sent.
    pub deltas: u64,
    /// Those that live, newest first; if there are many, the newest.
    pub tasks: Vec<Living>,
    /// The latest of those that have ended, latest first.
    pub exits: Vec<Ended>,
}

/// A task that lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Living {
    /// The how-manieth of its server it is.
    pub number: u64,
    /// What it is for.
    pub about: Arc<str>,
    /// How far it is.
    pub state: State,
    /// How long it has lived, in milliseconds.
    pub age_ms: u64,
    /// How many deltas it has sent.
    pub deltas: u64,
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It has sent nothing yet.
    Waiting,
    /// It has.
    Streaming,
}

/// A task that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The how-manieth of its server it was.
    pub number: u64,
    /// What it was for.
    pub about: Arc<str>,
    /// Why it ended.
    pub reason: Reason,
    /// How many deltas it sent.
    pub deltas: u64,
    /// How long it lived, in milliseconds.
    pub lived_ms: u64,
    /// How long ago it ended, in milliseconds.
    pub ago_ms: u64,
}
