//! What has been said is kept as it grows.

use super::{KEEP_EVERY_MS, Transcript, keep_every_ms};
use crate::chat::{
    entry::Entry,
    store::tab,
    tree::{Conversation, Message},
};
use leptos::prelude::*;

impl Transcript {
    /// The same for a message that is known by its id.
    pub(super) fn keep_shown(self, id: &str) {
        if let Some(entry) = self.entry(id) {
            self.keep(&entry);
        }
    }

    /// Keeps a message as far as it has arrived, and the conversation with it.
    pub(super) fn keep(self, entry: &Entry) {
        self.note(entry);
        let message = self.tree.with_untracked(|tree| tree.message(&entry.id).cloned());
        self.note_whole(message.as_ref());
        self.history.keep(self.conversation(), message);
    }

    /// Keeps what is known of the conversation beside its messages: what has been typed, which branch is shown.
    pub fn keep_conversation(self) {
        self.history.keep(self.conversation(), None);
    }

    /// Keeps the answers that are being written here, though nothing new has come: so other tabs know that they still are.
    pub fn keep_written(self) {
        let now_ms = tab::now_ms();
        let is_due = |message: &Message| {
            let every_ms = keep_every_ms(message);
            every_ms <= KEEP_EVERY_MS || now_ms.abs_diff(message.saved_ms) > every_ms
        };
        let written = self.last();
        let written = written.iter().flat_map(Entry::all).filter(|entry| entry.is_written_here());
        for entry in written.filter(|entry| entry.message.with_untracked(is_due)) {
            self.keep(entry);
        }
    }

    /// What is known of it beside its messages, as it is now.
    fn conversation(self) -> Conversation {
        let conversation = self.tree.with_untracked(|tree| tree.conversation.clone());
        let (draft, model) = (self.draft.get_untracked(), self.model.get_untracked());
        Conversation { draft, model, ..conversation }
    }

    /// What has arrived of a message is put into the tree.
    pub(super) fn note(self, entry: &Entry) {
        entry.message.update_untracked(|message| message.saved_ms = tab::now_ms());
        let message = entry.message.get_untracked();
        self.tree.update_untracked(|tree| tree.update(message));
    }
}
