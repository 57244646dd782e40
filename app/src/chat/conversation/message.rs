//! One message of a conversation: its record in the database.

use crate::chat::protocol::{answer::Exit, message::Role};
use serde::{Deserialize, Serialize};
use starcrossed::{Reason, TaskId};

/// The origin of a new message: its id, its tab and its time. The browser supplies all three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The id of the new message. Random, so that two tabs never use the same.
    pub id: String,
    /// The id of the tab that writes it.
    pub writer: String,
    /// The time, in milliseconds since 1970.
    pub now_ms: u64,
}

/// A file that was attached to a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct File {
    /// The file's name.
    pub name: String,
    /// The MIME type, such as `image/png`.
    pub mime: String,
    /// The `data:` URL of an image; the text of any other file.
    pub data: String,
}

impl File {
    /// Whether the file is an image.
    #[must_use]
    pub fn is_image(&self) -> bool {
        self.mime.starts_with("image/")
    }
}

/// One message. It is a record of its own, which is written only by the tab that writes the message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// The random id, unique everywhere.
    pub id: String,
    /// The message before it on its branch; none for the first.
    pub parent: Option<String>,
    /// The speaker.
    pub role: Role,
    /// The text that has arrived so far.
    pub text: String,
    /// The model's reasoning before the answer.
    pub reasoning: String,
    /// The attached files.
    pub files: Vec<File>,
    /// The model that answers.
    pub model: String,
    /// The id of the comparison that the answer belongs to; empty if a single model was asked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// The id of the tab that writes it.
    pub writer: String,
    /// The task that writes it, once that has started.
    pub task: Option<TaskId>,
    /// The end of its task; none while that runs.
    pub exit: Option<Exit>,
    /// The time of its creation, in milliseconds since 1970. Siblings are sorted by it.
    pub asked_ms: u64,
    /// The time of its last save, in milliseconds since 1970.
    pub saved_ms: u64,
    /// The time when its writing began, in milliseconds since 1970. For a continued answer, as if there had been no pause.
    pub began_ms: u64,
    /// The time to the first delta, in milliseconds; 0 before it.
    pub first_ms: u64,
    /// The duration of the reasoning, in milliseconds; 0 without any.
    pub thought_ms: u64,
    /// The duration of the answer so far, in milliseconds. The waits of a continued answer don't count, except for the first.
    pub took_ms: u64,
    /// The number of deltas of the latest task.
    pub deltas: u64,
    /// The tokens of the ended tasks: the model server's count, else the number of deltas.
    pub tokens: u64,
}

impl Default for Message {
    fn default() -> Self {
        Self {
            id: String::new(),
            parent: None,
            role: Role::User,
            text: String::new(),
            reasoning: String::new(),
            files: Vec::new(),
            model: String::new(),
            group: String::new(),
            writer: String::new(),
            task: None,
            exit: None,
            asked_ms: 0,
            saved_ms: 0,
            began_ms: 0,
            first_ms: 0,
            thought_ms: 0,
            took_ms: 0,
            deltas: 0,
            tokens: 0,
        }
    }
}

impl Message {
    fn new(stamp: Provenance, parent: Option<String>, role: Role) -> Self {
        let Provenance { id, writer, now_ms } = stamp;
        Self { id, parent, role, writer, asked_ms: now_ms, saved_ms: now_ms, began_ms: now_ms, ..Self::default() }
    }

    /// A new question.
    #[must_use]
    pub fn question(stamp: Provenance, parent: Option<String>, text: String, files: Vec<File>) -> Self {
        Self { text, files, exit: Some(Exit::new(Reason::Normal)), ..Self::new(stamp, parent, Role::User) }
    }

    /// A new answer, still empty.
    #[must_use]
    pub fn answer(stamp: Provenance, parent: Option<String>, model: String) -> Self {
        Self { model, ..Self::new(stamp, parent, Role::Assistant) }
    }

    /// Whether the message has ended without any content.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && self.files.is_empty() && self.reasoning.is_empty() && self.exit.is_some()
    }

    /// Whether Continue makes sense: the answer was cut off, for any reason, after some text. An answer that has filled the
    /// model's context can't be continued.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.was_cut_off() && !self.text.trim().is_empty()
    }

    /// Whether the answer was cut off during its reasoning. Not every server can continue reasoning.
    #[must_use]
    pub fn is_cut_in_thought(&self) -> bool {
        self.was_cut_off() && self.text.trim().is_empty() && !self.reasoning.trim().is_empty()
    }

    fn was_cut_off(&self) -> bool {
        self.lacks_its_end() && self.exit.as_ref().is_some_and(|exit| !exit.result.full)
    }

    /// Whether this is an answer that ended before the model had finished.
    #[must_use]
    pub fn lacks_its_end(&self) -> bool {
        self.role == Role::Assistant && self.exit.as_ref().is_some_and(was_cut)
    }

    /// The number of tokens: the model server's count, else the number of deltas.
    #[must_use]
    pub fn total_tokens(&self) -> u64 {
        if self.exit.is_some() { self.tokens } else { self.tokens.saturating_add(self.deltas) }
    }

    /// Tenths of a token per second, from the first token to the last; 0 if there are none. An integer, because the code that
    /// formats a float is large.
    #[must_use]
    pub fn tenths_a_second(&self) -> u64 {
        let writing_ms = self.took_ms.saturating_sub(self.first_ms);
        self.total_tokens().saturating_mul(10_000).checked_div(writing_ms).unwrap_or(0)
    }

    /// Whether this record of a message is later than another one. Every tab must get the same result, in any order.
    pub(super) fn is_later_than(&self, other: &Self) -> bool {
        self.rank() > other.rank()
    }

    /// Whether a newer record of this answer only adds to it: more text, or its end.
    pub(crate) fn grows_into(&self, newer: &Self) -> bool {
        let is_more = newer.text.starts_with(&self.text) && newer.reasoning.starts_with(&self.reasoning);
        let is_as_long = newer.text.len() == self.text.len() && newer.reasoning.len() == self.reasoning.len();
        let goes_on = self.exit.is_none() || is_as_long && self.exit == newer.exit;
        self.role == Role::Assistant && is_more && goes_on
    }

    /// Whether another record of this message has the same place in the tree.
    pub(super) fn has_same_place(&self, other: &Self) -> bool {
        self.parent == other.parent && self.asked_ms == other.asked_ms
    }

    fn rank(&self) -> (u64, bool, usize, &str, &str, Option<&str>) {
        let size = self.text.len() + self.reasoning.len();
        (self.saved_ms, self.exit.is_some(), size, &self.text, &self.reasoning, self.parent.as_deref())
    }
}

fn was_cut(exit: &Exit) -> bool {
    exit.reason != Reason::Normal || exit.result.finish_reason.as_deref() == Some("length")
}
