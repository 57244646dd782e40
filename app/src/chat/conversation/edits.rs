//! A person's changes to a conversation. Each adds messages, or adds to one; none removes any.

use super::{
    Conversation,
    message::{File, Message, Provenance},
};
use crate::chat::protocol::message::Role;

impl Conversation {
    /// Adds a question to the visible branch.
    pub fn ask(&mut self, stamp: Provenance, text: String, files: Vec<File>) {
        let parent = self.conversation.head.clone();
        self.add(Message::question(stamp, parent, text, files));
    }

    /// Adds another version of this question. Does nothing if there is no such question.
    pub fn edit(&mut self, stamp: Provenance, question: &str, text: String, files: Vec<File>) {
        if let Some(parent) = self.message(question).map(|message| message.parent.clone()) {
            self.add(Message::question(stamp, parent, text, files));
        }
    }

    /// Adds an empty answer of `model` to this question.
    pub fn answer(&mut self, stamp: Provenance, question: &str, model: String) {
        self.add(Message::answer(stamp, Some(question.to_owned()), model));
    }

    /// Adds a sibling of this answer, and returns its id. A blank answer of this tab is restarted instead: a branch without
    /// content isn't worth keeping.
    pub fn regenerate(&mut self, stamp: Provenance, answer: &str, model: String) -> Option<String> {
        let old = self.message(answer).filter(|message| message.role == Role::Assistant)?;
        let mut new = Message::answer(stamp, old.parent.clone(), model);
        if old.is_blank() && old.writer == new.writer {
            new.id.clone_from(&old.id);
        }
        let id = new.id.clone();
        self.add(new);
        Some(id)
    }

    /// Continues an answer that was cut off. Returns whether that is possible: it must be the last of its branch.
    ///
    /// [`Conversation::request`] then ends with the answer's text so far, and new text is appended to it. If another tab wrote
    /// the answer, this tab writes it from now on. If both tabs continue it at the same moment, the text of one of them is
    /// lost. That is the only case in which text is lost.
    pub fn resume(&mut self, stamp: Provenance, answer: &str) -> bool {
        let Ok(place) = self.index_of(answer) else { return false };
        let message = &self.messages[place];
        if !(message.is_cut() || message.is_cut_in_thought()) || !self.children(Some(place)).is_empty() {
            return false;
        }
        self.touch(stamp.now_ms);
        self.messages[place].resume(stamp.writer, stamp.now_ms);
        self.conversation.head = Some(answer.to_owned());
        true
    }

    /// Adds a message, or restarts it, and shows its branch.
    pub(super) fn add(&mut self, message: Message) {
        let (id, now_ms) = (message.id.clone(), message.asked_ms);
        self.upsert_linked(message);
        self.show(&id);
        self.touch(now_ms);
    }

    /// Updates the time and the title after a new message.
    fn touch(&mut self, now_ms: u64) {
        self.conversation.updated_ms = now_ms;
        if self.conversation.created_ms == 0 {
            self.conversation.created_ms = now_ms;
        }
        if self.conversation.title.is_empty() {
            self.conversation.title = self.first_words();
        }
    }
}
