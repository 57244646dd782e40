//! What has been said is kept as it grows.

use super::{KEEP_EVERY_MS, Transcript, is_long, keep_every_ms};
use crate::{
    chat::{
        conversation::{ConversationInfo, Message},
        session::entry::Entry,
        storage::session,
    },
    work::time_slice::rest,
};
use leptos::{prelude::*, task::spawn_local};
use starcrossed::Reason;

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

    /// Keeps an answer that begins or goes on. A long one is kept in the browser's next task, since this one has enough to do.
    /// Its former record has all of it until then.
    pub(super) fn keep_begun(self, id: &str) {
        let Some(entry) = self.entry(id) else { return };
        if !entry.message.with_untracked(is_long) {
            return self.keep(&entry);
        }
        spawn_local(async move {
            rest().await;
            // An answer that has ended meanwhile is kept already.
            if self.tree.try_with_untracked(|_| ()).is_some() && entry.is_written_here() {
                self.keep(&entry);
            }
        });
    }

    /// Keeps a message that has ended. Of a long one the last piece is written at once, and the record in slices.
    pub(super) fn keep_end(self, entry: &Entry) {
        if !entry.message.with_untracked(is_long) || !self.keep_last_piece(entry) {
            return self.keep(entry);
        }
        self.note(entry);
        self.history.keep(self.conversation(), None);
        let is_left = |message: &Message| message.exit.as_ref().is_some_and(|exit| exit.reason == Reason::Interrupted);
        let message = self.tree.with_untracked(|tree| tree.message(&entry.id).cloned());
        // A page that is left may be frozen for long, and somebody may have gone on with the answer elsewhere by then.
        let Some(message) = message.filter(|message| !is_left(message)) else { return };
        let (conversation, id) = (self.conversation().id, entry.id.clone());
        let (saved_ms, writer) = (message.saved_ms, message.writer.clone());
        let is_same =
            move |known: &Message| known.exit.is_some() && known.saved_ms == saved_ms && known.writer == writer;
        let is_current =
            move || self.tree.try_with_untracked(|tree| tree.message(&id).is_some_and(&is_same)) == Some(true);
        self.history.gather(conversation, message, is_current);
    }

    /// Keeps what is known of the conversation beside its messages: what has been typed, which branch is shown.
    pub fn keep_conversation(self) {
        self.history.keep(self.conversation(), None);
    }

    /// Keeps the answers that are being written here, though nothing new has come: so other tabs know that they still are.
    pub fn keep_written(self) {
        let now_ms = session::now_ms();
        let is_due = |message: &Message| {
            let every_ms = keep_every_ms(message);
            every_ms <= KEEP_EVERY_MS || now_ms.abs_diff(message.saved_ms) > every_ms
        };
        let written = self.last();
        let written = written.iter().flat_map(Entry::all).filter(|entry| entry.is_written_here());
        for entry in written.filter(|entry| entry.message.with_untracked(is_due)) {
            if entry.message.with_untracked(is_long) { self.keep_sign(entry) } else { self.keep(entry) }
        }
    }

    /// What is known of it beside its messages, as it is now.
    fn conversation(self) -> ConversationInfo {
        let conversation = self.tree.with_untracked(|tree| tree.conversation.clone());
        let (draft, model) = (self.draft.get_untracked(), self.model.get_untracked());
        ConversationInfo { draft, model, ..conversation }
    }

    /// What has arrived of a message is put into the tree.
    pub(super) fn note(self, entry: &Entry) {
        entry.message.update_untracked(|message| message.saved_ms = session::now_ms());
        let message = entry.message.get_untracked();
        self.tree.update_untracked(|tree| tree.update(message));
    }
}
