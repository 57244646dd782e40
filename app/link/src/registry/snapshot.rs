//! The tasks at one moment, for a monitor. It names no task: who knows a name may ask for its fate, which is its page's
//! right alone.

use crate::Reason;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The tasks at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The number of living tasks.
    pub live: u64,
    /// The number of tasks that ended since the server started.
    pub ended: u64,
    /// The number of items that all of them sent.
    pub deltas: u64,
    /// Living tasks, newest first. Of many, the newest.
    pub tasks: Vec<Living>,
    /// The latest exits, latest first.
    pub exits: Vec<Ended>,
}

/// A living task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Living {
    /// Its number: the tasks of a server are counted.
    pub number: u64,
    /// Its purpose.
    pub about: Arc<str>,
    /// Its state.
    pub state: State,
    /// Its age in milliseconds.
    pub age_ms: u64,
    /// The number of items that it sent.
    pub deltas: u64,
}

/// The state of a living task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing was sent yet.
    Waiting,
    /// Something was sent.
    Streaming,
}

/// A task that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Its number.
    pub number: u64,
    /// Its purpose.
    pub about: Arc<str>,
    /// Why it ended.
    pub reason: Reason,
    /// The number of items that it sent.
    pub deltas: u64,
    /// Its lifetime in milliseconds.
    pub lived_ms: u64,
    /// The time since its end, in milliseconds.
    pub ago_ms: u64,
}
