//! The link's types for the chat: the items of an answer, and its result.

#[cfg(feature = "ssr")]
pub(crate) mod sender;

#[cfg(feature = "ssr")]
pub use crate::chat::protocol::answer::sender::DeltaSender;

use super::{message::Delta, progress::Progress, usage::Usage};
use serde::{Deserialize, Serialize};
use starcrossed::Item;
use std::ops::Not;

/// The events of an answer.
pub type Event = starcrossed::Event<AnswerItem, Completion>;
/// The stream of an answer.
pub type EventStream = starcrossed::EventStream<AnswerItem, Completion>;
/// The end of an answer.
pub type Exit = starcrossed::Exit<Completion>;
/// The page's end of an answer's link.
pub type Link = starcrossed::Link<Completion>;

/// One event between the start and the exit of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AnswerItem {
    /// `event: progress`: the model's progress before its answer.
    Progress(Progress),
    /// `event: delta`: a piece of the answer.
    Delta(Delta),
}

/// The result of an answer, beside the exit's reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// The model server's reason for the end of the answer (`stop`, `length`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// The tokens of the request and the answer, if the model server counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Whether the conversation fills the model's context, so that the answer can't be continued. Left out if false.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub full: bool,
    /// The options that the model server refused. The request was repeated without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

impl Item for AnswerItem {
    fn event(&self) -> &'static str {
        match self {
            Self::Progress(_) => "progress",
            Self::Delta(_) => "delta",
        }
    }

    fn read(event: &str, json: &str) -> Option<serde_json::Result<Self>> {
        match event {
            // An unknown phase must not end the answer.
            "progress" => serde_json::from_str(json).ok().map(|progress| Ok(Self::Progress(progress))),
            "delta" => Some(serde_json::from_str(json).map(Self::Delta)),
            _ => None,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Progress(_) => 0,
            Self::Delta(delta) => delta.size(),
        }
    }

    fn encoded_size(&self) -> usize {
        match self {
            Self::Progress(_) => 0,
            Self::Delta(delta) => delta.encoded_size(),
        }
    }

    fn pieces(self, most: usize) -> impl Iterator<Item = Self> + Send {
        let (progress, delta) = match self {
            Self::Progress(progress) => (Some(progress), None),
            Self::Delta(delta) => (None, Some(delta)),
        };
        let deltas = delta.into_iter().flat_map(move |delta| delta.pieces(most));
        progress.map(Self::Progress).into_iter().chain(deltas.map(Self::Delta))
    }

    fn merge(&mut self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Delta(delta), Self::Delta(next)) => delta.join(next).map(Self::Delta),
            (Self::Progress(progress), Self::Progress(next)) => {
                *progress = next; // only the latest counts
                None
            }
            (_, next) => Some(next),
        }
    }
}
