//! The script of an answer. A client writes it into its question, as JSON.

use crate::check::StreamId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One answer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Script {
    /// The stream.
    pub(crate) stream: StreamId,
    /// The pace of the deltas.
    pub(crate) pace: Pace,
    /// The number of deltas.
    pub(crate) deltas: u32,
    /// The end, after the deltas.
    pub(crate) end: End,
    /// Whether the body is chunked, so that a cut differs from an end. Otherwise the connection's close ends it.
    pub(crate) chunked: bool,
    /// Whether it is for a client that is going to vanish.
    pub(crate) vanishes: bool,
}

/// The pace of deltas.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Pace {
    /// On the common beat, each stream with its own offset.
    Beat,
    /// One each this many milliseconds.
    Every(u32),
    /// As fast as the client reads.
    Flood,
}

/// The end of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    /// Regularly, with `[DONE]`.
    Finish,
    /// With a FIN, mid-stream.
    Cut,
    /// With a RST, mid-stream.
    Reset,
    /// With invalid JSON, and then silence.
    Rubbish,
    /// Not at all: the model stays silent.
    Hang,
}

impl Script {
    /// Deltas without end.
    pub(crate) const fn endless(stream: StreamId, pace: Pace) -> Self {
        Self { stream, pace, deltas: u32::MAX, end: End::Hang, chunked: false, vanishes: false }
    }

    /// The body of a request that carries this script.
    pub(crate) fn question(&self) -> Value {
        json!({ "model": "fake", "messages": [{ "role": "user", "content": json!(self).to_string() }] })
    }

    /// Parses the script in a question.
    pub(super) fn parse(question: &Value) -> Option<Self> {
        serde_json::from_str(question["messages"].as_array()?.last()?["content"].as_str()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_carries_its_script() {
        let script = Script { deltas: 3, end: End::Reset, ..Script::endless(7, Pace::Every(5)) };
        let found = Script::parse(&script.question()).unwrap();
        assert_eq!(format!("{found:?}"), format!("{script:?}"));
        assert!(Script::parse(&json!({ "messages": [] })).is_none());
    }
}
