//! One message of a conversation, as it is kept.

use crate::chat::protocol::{answer::Exit, message::Role};
use serde::{Deserialize, Serialize};
use starcrossed::{Reason, TaskId};

/// Who makes a message, when, and what it is to be called. Ids and clocks are the browser's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The id of the message that is made. Random, so that two tabs never use the same.
    pub id: String,
    /// The tab.
    pub writer: String,
    /// Now, in milliseconds since 1970.
    pub now_ms: u64,
}

/// Something that was sent along with a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct File {
    /// What it is called.
    pub name: String,
    /// What it is, as `image/png`.
    pub mime: String,
    /// An image as a `data:` URL; everything else as its text.
    pub data: String,
}

impl File {
    /// Whether it is to be looked at, not read.
    #[must_use]
    pub fn is_image(&self) -> bool {
        self.mime.starts_with("image/")
    }
}

/// One message. It is kept as a record of its own, which only the tab that writes it writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// Its name, unique everywhere.
    pub id: String,
    /// What it answers, or is asked after; none at the beginning of a conversation.
    pub parent: Option<String>,
    /// Who says it.
    pub role: Role,
    /// What has arrived so far.
    pub text: String,
    /// What the model thought before it answered.
    pub reasoning: String,
    /// What was sent along.
    pub files: Vec<File>,
    /// Who answers.
    pub model: String,
    /// What it has in common with the answers that other models gave at the same time; empty where there was one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// The tab that writes it.
    pub writer: String,
    /// The task that writes it, once it has begun.
    pub task: Option<TaskId>,
    /// How its task ended; none while it runs.
    pub exit: Option<Exit>,
    /// When it was made, in milliseconds since 1970. Messages with the same parent stand in this order.
    pub asked_ms: u64,
    /// When it was kept last.
    pub saved_ms: u64,
    /// When its writing began. For an answer that goes on, as if there had been no pause.
    pub began_ms: u64,
    /// How long the first delta took; 0 before it.
    pub first_ms: u64,
    /// How long the model thought; 0 if it didn't.
    pub thought_ms: u64,
    /// How long it all took, so far. Without the waits of an answer that went on: only the first is told of.
    pub took_ms: u64,
    /// How many deltas the latest task sent.
    pub deltas: u64,
    /// The tokens of the tasks that have ended: as they were counted over there, else the deltas.
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

    /// What a person asks.
    #[must_use]
    pub fn question(stamp: Provenance, parent: Option<String>, text: String, files: Vec<File>) -> Self {
        Self { text, files, exit: Some(Exit::new(Reason::Normal)), ..Self::new(stamp, parent, Role::User) }
    }

    /// What a model is about to say.
    #[must_use]
    pub fn answer(stamp: Provenance, parent: Option<String>, model: String) -> Self {
        Self { model, ..Self::new(stamp, parent, Role::Assistant) }
    }

    /// It says nothing, and never will unless it is asked for again.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && self.files.is_empty() && self.reasoning.is_empty() && self.exit.is_some()
    }

    /// Whether Continue makes sense: an answer that was cut off, by whoever it was, after it had said something. One that
    /// has filled the model's context can't go on.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.was_cut_off() && !self.text.trim().is_empty()
    }

    /// The same of an answer that had only been thought about: not every server can go on with a thought.
    #[must_use]
    pub fn is_cut_in_thought(&self) -> bool {
        self.was_cut_off() && self.text.trim().is_empty() && !self.reasoning.trim().is_empty()
    }

    fn was_cut_off(&self) -> bool {
        self.lacks_its_end() && self.exit.as_ref().is_some_and(|exit| !exit.result.full)
    }

    /// Whether this is an answer that ended before the model was done.
    #[must_use]
    pub fn lacks_its_end(&self) -> bool {
        let cut = |exit: &Exit| exit.reason != Reason::Normal || exit.result.finish_reason.as_deref() == Some("length");
        self.role == Role::Assistant && self.exit.as_ref().is_some_and(cut)
    }

    /// How many tokens it has: counted over there if the server says so, else its deltas.
    #[must_use]
    pub fn total_tokens(&self) -> u64 {
        if self.exit.is_some() { self.tokens } else { self.tokens.saturating_add(self.deltas) }
    }

    /// Tenths of a token a second, from the first to the last; 0 where there is nothing to tell. A whole number, since
    /// the code that writes a fraction is long.
    #[must_use]
    pub fn tenths_a_second(&self) -> u64 {
        let writing_ms = self.took_ms.saturating_sub(self.first_ms);
        self.total_tokens().saturating_mul(10_000).checked_div(writing_ms).unwrap_or(0)
    }

    /// Which of two records of one message is the later one. It has to be the same whoever asks, in whichever order.
    pub(super) fn is_later_than(&self, other: &Self) -> bool {
        self.rank() > other.rank()
    }

    /// Whether a newer record of this answer has only more of it, or says more of its end: nothing in it has changed.
    pub(crate) fn grows_into(&self, newer: &Self) -> bool {
        let is_more = newer.text.starts_with(&self.text) && newer.reasoning.starts_with(&self.reasoning);
        let is_as_long = newer.text.len() == self.text.len() && newer.reasoning.len() == self.reasoning.len();
        let goes_on = self.exit.is_none() || is_as_long && self.exit == newer.exit;
        self.role == Role::Assistant && is_more && goes_on
    }

    /// Whether another record of it has it in the same place of a tree.
    pub(super) fn has_same_place(&self, other: &Self) -> bool {
        self.parent == other.parent && self.asked_ms == other.asked_ms
    }

    fn rank(&self) -> (u64, bool, usize, &str, &str, Option<&str>) {
        let size = self.text.len() + self.reasoning.len();
        (self.saved_ms, self.exit.is_some(), size, &self.text, &self.reasoning, self.parent.as_deref())
    }
}
