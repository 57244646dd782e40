//! The conversation is stored while it grows.

use super::{PERSIST_INTERVAL_MS, Transcript, is_pieces_only, persist_interval_ms};
use crate::{
    browser::unix_ms,
    chat::{
        conversation::{ConversationInfo, Message},
        session::entry::Entry,
    },
    work::time_slice::yield_now,
};
use leptos::{prelude::*, task::spawn_local};
use starcrossed::Reason;

impl Transcript {
    /// Stores the message with this id, if it is on the page.
    pub(super) fn persist_by_id(self, id: &str) {
        if let Some(entry) = self.entry(id) {
            self.persist(&entry);
        }
    }

    /// Stores a message as far as it has arrived, and the conversation's info.
    pub(super) fn persist(self, entry: &Entry) {
        self.sync_to_tree(entry);
        let message = self.tree.with_untracked(|tree| tree.message(&entry.id).cloned());
        self.mark_whole(message.as_ref());
        self.store.save(self.info(), message);
    }

    /// Stores an answer that starts or continues. A long answer is stored in the browser's next task, to keep this one
    /// short. Until then its former record is complete.
    pub(super) fn persist_begun(self, id: &str) {
        let Some(entry) = self.entry(id) else { return };
        if !entry.message.with_untracked(is_pieces_only) {
            return self.persist(&entry);
        }
        spawn_local(async move {
            yield_now().await;
            // An answer that has ended meanwhile is stored already.
            if self.tree.try_with_untracked(|_| ()).is_some() && entry.is_running_here() {
                self.persist(&entry);
            }
        });
    }

    /// Stores a message that has ended. For a long one it writes the last piece at once, and then the record in slices.
    pub(super) fn persist_end(self, entry: &Entry) {
        if !entry.message.with_untracked(is_pieces_only) || !self.persist_last_piece(entry) {
            return self.persist(entry);
        }
        self.sync_to_tree(entry);
        self.store.save(self.info(), None);
        let is_left = |message: &Message| message.exit.as_ref().is_some_and(|exit| exit.reason == Reason::Interrupted);
        let message = self.tree.with_untracked(|tree| tree.message(&entry.id).cloned());
        // A page that is left may be frozen for long. Another tab may continue the answer meanwhile, so it is not
        // overwritten.
        let Some(message) = message.filter(|message| !is_left(message)) else { return };
        let (conversation, id) = (self.info().id, entry.id.clone());
        let (saved_ms, writer) = (message.saved_ms, message.writer.clone());
        let is_same =
            move |known: &Message| known.exit.is_some() && known.saved_ms == saved_ms && known.writer == writer;
        let is_current =
            move || self.tree.try_with_untracked(|tree| tree.message(&id).is_some_and(&is_same)) == Some(true);
        self.store.compact(conversation, message, is_current);
    }

    /// Stores the conversation's info, such as the draft and the shown branch.
    pub fn persist_info(self) {
        self.store.save(self.info(), None);
    }

    /// Stores the running answers again even if no text has arrived, so other tabs know that they still run.
    pub fn persist_running(self) {
        let now_ms = unix_ms();
        let is_due = |message: &Message| {
            let every_ms = persist_interval_ms(message);
            every_ms <= PERSIST_INTERVAL_MS || now_ms.abs_diff(message.saved_ms) > every_ms
        };
        let written = self.last();
        let written = written.iter().flat_map(Entry::all).filter(|entry| entry.is_running_here());
        for entry in written.filter(|entry| entry.message.with_untracked(is_due)) {
            if entry.message.with_untracked(is_pieces_only) {
                self.persist_sign_of_life(entry);
            } else {
                self.persist(entry);
            }
        }
    }

    /// The current info of the conversation.
    fn info(self) -> ConversationInfo {
        let conversation = self.tree.with_untracked(|tree| tree.conversation.clone());
        let (draft, model) = (self.draft.get_untracked(), self.model.get_untracked());
        ConversationInfo { draft, model, ..conversation }
    }

    /// Copies a message from the page into the tree.
    pub(super) fn sync_to_tree(self, entry: &Entry) {
        entry.message.update_untracked(|message| message.saved_ms = unix_ms());
        let message = entry.message.get_untracked();
        self.tree.update_untracked(|tree| tree.update(message));
    }
}
