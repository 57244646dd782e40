//! The conversation is stored while it grows.

use super::Transcript;
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

/// A running answer is stored whole at its start, and then at this interval in milliseconds. The text in between is stored
/// by `pieces`.
const PERSIST_INTERVAL_MS: u64 = 5000;

/// A longer answer, in bytes, is stored as pieces alone while it grows.
const PIECES_ONLY_BYTES: usize = 512 * 1024;

/// The interval grows by [`PERSIST_INTERVAL_MS`] for each of these bytes, which bounds the bytes written per second. It has
/// a maximum: without locks, other tabs take an answer for dead that was stored minutes ago.
const BYTES_PER_INTERVAL: usize = 128 * 1024;
const MAX_PERSIST_INTERVAL_MS: u64 = 60_000;

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

/// The interval at which an answer is stored whole, in milliseconds.
pub(super) fn persist_interval_ms(message: &Message) -> u64 {
    let extent = message.extent();
    let every_ms = PERSIST_INTERVAL_MS * (1 + (extent.text + extent.reasoning) / BYTES_PER_INTERVAL) as u64;
    every_ms.min(MAX_PERSIST_INTERVAL_MS)
}

/// Whether an answer is too long to be stored whole while it grows.
pub(super) fn is_pieces_only(message: &Message) -> bool {
    let extent = message.extent();
    extent.text + extent.reasoning > PIECES_ONLY_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stored_per_second_have_a_limit() {
        let bytes_per_second = |text: usize, reasoning: usize| {
            let message = Message { text: "x".repeat(text), reasoning: "x".repeat(reasoning), ..Message::default() };
            (text + reasoning) as u64 * 1000 / persist_interval_ms(&message)
        };
        assert_eq!(persist_interval_ms(&Message::default()), PERSIST_INTERVAL_MS);
        for length in [BYTES_PER_INTERVAL - 1, BYTES_PER_INTERVAL, 5 * BYTES_PER_INTERVAL] {
            assert!(bytes_per_second(length, 0) < 32 * 1024);
            assert!(bytes_per_second(0, length) < 32 * 1024);
            assert!(bytes_per_second(length, length) < 32 * 1024);
        }
        assert!(bytes_per_second(64 * BYTES_PER_INTERVAL, 0) < 150 * 1024);
    }
}
