//! What a person does to a conversation. Each of these adds messages, or adds to one; none takes any away.

use super::{
    Conversation,
    message::{File, Message, Provenance},
};
use crate::chat::protocol::message::Role;

impl Conversation {
    /// Asks something after what is shown.
    pub fn ask(&mut self, stamp: Provenance, text: String, files: Vec<File>) {
        let parent = self.conversation.head.clone();
        self.add(Message::question(stamp, parent, text, files));
    }

    /// Asks something in place of this question, which stays beside it. Says whether there is such a question.
    pub fn edit(&mut self, stamp: Provenance, question: &str, text: String, files: Vec<File>) -> bool {
        let Some(parent) = self.message(question).map(|message| message.parent.clone()) else { return false };
        self.add(Message::question(stamp, parent, text, files));
        true
    }

    /// `model` is about to answer this question: once more, if it has been answered before.
    pub fn answer(&mut self, stamp: Provenance, question: &str, model: String) {
        self.add(Message::answer(stamp, Some(question.to_owned()), model));
    }

    /// Has the question of this answer answered again, and returns the id of the new answer, which stands beside the old
    /// one. An answer of which nothing came is no branch worth keeping: it begins anew, if this tab wrote it.
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

    /// This answer, which was cut off, goes on. Says whether it can: it has to be the last of its branch.
    ///
    /// What is asked for is [`Conversation::request`], which ends with the answer as far as it came, and what then arrives is added
    /// to it. If another tab wrote it, this one does from here on; should both be told to go on in the same moment, the
    /// text of one of them is lost, and that is the only case.
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

    /// Adds a message, or begins it anew, and shows its branch.
    pub(super) fn add(&mut self, message: Message) {
        let (id, now_ms) = (message.id.clone(), message.asked_ms);
        self.upsert_linked(message);
        self.show(&id);
        self.touch(now_ms);
    }

    /// Something was said, so it comes first in the list, and has a title.
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
