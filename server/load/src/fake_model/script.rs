//! What the model is to do. A client writes it into its question, as JSON.

use crate::check::StreamId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One answer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Script {
    /// The stream that it is for.
    pub(crate) stream: StreamId,
    /// How fast the deltas come.
    pub(crate) pace: Pace,
    /// How many there are.
    pub(crate) deltas: u32,
    /// What comes then.
    pub(crate) end: End,
    /// In chunks, where a cut can be told from an end; otherwise it goes on until the connection is closed.
    pub(crate) chunked: bool,
    /// Whether it is for a client that is going to vanish.
    pub(crate) vanishes: bool,
}

/// How fast deltas come.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Pace {
    /// To the common beat, each stream at a moment of its own.
    Beat,
    /// One each so many milliseconds.
    Every(u32),
    /// As fast as they are taken.
    Flood,
}

/// How an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    /// As it should.
    Finish,
    /// With a FIN in the middle.
    Cut,
    /// With a RST in the middle.
    Reset,
    /// With something that is no answer, and then with nothing more.
    Rubbish,
    /// It doesn't: nothing more comes.
    Hang,
}

impl Script {
    /// Deltas without end.
    pub(crate) const fn endless(stream: StreamId, pace: Pace) -> Self {
        Self { stream, pace, deltas: u32::MAX, end: End::Hang, chunked: false, vanishes: false }
    }

    /// The body of the request that has it played.
    pub(crate) fn question(&self) -> Value {
        json!({ "model": "fake", "messages": [{ "role": "user", "content": json!(self).to_string() }] })
    }

    /// Finds it in a question.
    pub(super) fn of(question: &Value) -> Option<Self> {
        serde_json::from_str(question["messages"].as_array()?.last()?["content"].as_str()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_carries_its_script() {
        let script = Script { deltas: 3, end: End::Reset, ..Script::endless(7, Pace::Every(5)) };
        let found = Script::of(&script.question()).unwrap();
        assert_eq!(format!("{found:?}"), format!("{script:?}"));
        assert!(Script::of(&json!({ "messages": [] })).is_none());
    }
}
