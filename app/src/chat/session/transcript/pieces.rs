//! A running answer is stored in pieces as it arrives, so the end of the page loses no text that a person could have read.
//!
//! Storing it when the page is hidden or closed is not enough. Firefox and WebKit don't wait for a write that starts then,
//! and a browser that is killed sends no event.

use super::Transcript;
use crate::{
    browser::{after, unix_ms},
    chat::{
        conversation::{
            Message,
            piece::{Extent, Piece},
        },
        session::entry::Entry,
    },
};
use leptos::prelude::*;

/// The longest time between the arrival and the write of a piece, in milliseconds.
const PIECE_INTERVAL_MS: u32 = 50;

/// The interval at which an answer is stored whole if a piece could not be written, in milliseconds.
const RETRY_INTERVAL_MS: u32 = 1000;

/// The stored extent of a running answer.
#[derive(Debug)]
pub(super) struct PieceProgress {
    answer: String,
    kept: Extent,
    /// The time of the last write of the whole answer.
    whole_ms: u64,
    /// The time of the last write.
    at_ms: u64,
    /// Whether a timer will write the next piece.
    is_due: bool,
    /// Whether a piece could not be written. Later pieces are then useless, so none is written until the whole answer is.
    is_broken: bool,
}

impl Transcript {
    /// Records that the whole answer is being written. The next piece starts after it.
    pub(super) fn mark_whole(self, message: Option<&Message>) {
        let Some(message) = message else { return };
        _ = self.pieces.try_update_value(|progress| {
            let is_due = progress.iter().any(|one| one.answer == message.id && one.is_due);
            progress.retain(|one| one.answer != message.id);
            if message.exit.is_none() {
                let (answer, kept, now_ms) = (message.id.clone(), message.extent(), message.saved_ms);
                progress.push(PieceProgress {
                    answer,
                    kept,
                    whole_ms: now_ms,
                    at_ms: now_ms,
                    is_due,
                    is_broken: false,
                });
            }
        });
    }

    /// Writes the next piece of an answer, now or when it is due.
    pub(super) fn persist_piece(self, entry: &Entry) {
        if !self.store.has_database() {
            return; // once the store is open, the first piece has all of the text
        }
        let now_ms = unix_ms();
        let wait_ms = self.update_progress(&entry.id, |progress| {
            if progress.is_due {
                return None;
            }
            let wait_ms = remaining_ms(PIECE_INTERVAL_MS, now_ms.abs_diff(progress.at_ms));
            progress.is_due = wait_ms > 0;
            Some(wait_ms)
        });
        match wait_ms.flatten() {
            None => {}
            Some(0) => self.persist_piece_now(entry),
            Some(wait_ms) => {
                let entry = entry.clone();
                after(wait_ms, move || self.persist_piece_now(&entry));
            }
        }
    }

    /// Writes the next piece of every running answer now. A hidden page may be frozen or ended at any time.
    pub fn persist_pieces(self) {
        if self.store.has_database() {
            let last = self.last();
            let written = last.iter().flat_map(Entry::all).filter(|entry| entry.is_running_here());
            written.for_each(|entry| self.persist_piece_now(entry));
        }
    }

    fn persist_piece_now(self, entry: &Entry) {
        if let Some(piece) = self.next_piece(entry).filter(|piece| !piece.is_empty()) {
            self.write_piece(entry, &piece);
        }
    }

    /// Writes the next piece even if it is empty. Its time tells other tabs that the answer still runs.
    pub(super) fn persist_sign_of_life(self, entry: &Entry) {
        if let Some(piece) = self.next_piece(entry) {
            entry.message.update_untracked(|message| message.saved_ms = piece.saved_ms);
            self.write_piece(entry, &piece);
        }
    }

    /// Writes the last piece of an answer that has ended. Returns false, without a write, if its record and its pieces do
    /// not make up the whole answer.
    pub(super) fn persist_last_piece(self, entry: &Entry) -> bool {
        let piece = self.next_piece(entry).filter(|_| self.store.has_database());
        let Some((piece, conversation)) = piece.zip(self.conversation_id()) else { return false };
        let failed = {
            let entry = entry.clone();
            move || {
                if self.conversation_id().is_some() {
                    self.persist(&entry);
                }
            }
        };
        _ = self.pieces.try_update_value(|progress| progress.retain(|one| one.answer != entry.id));
        self.store.save_piece(&conversation, &piece, failed);
        true
    }

    /// The piece after the stored ones. None if a former piece is missing.
    fn next_piece(self, entry: &Entry) -> Option<Piece> {
        if self.store.has_unsaved(&entry.id) {
            self.persist_whole_soon(entry); // the record of the answer could not be written
        }
        let now_ms = unix_ms();
        let piece = self.update_progress(&entry.id, |progress| {
            progress.is_due = false;
            if progress.is_broken {
                return None;
            }
            let piece = entry.message.with_untracked(|message| message.piece_after(progress.kept, now_ms))?;
            progress.kept = entry.message.with_untracked(Message::extent);
            progress.at_ms = now_ms;
            Some(piece)
        });
        piece.flatten()
    }

    fn write_piece(self, entry: &Entry, piece: &Piece) {
        let Some(conversation) = self.conversation_id() else { return };
        let entry = entry.clone();
        self.store.save_piece(&conversation, piece, move || self.persist_whole_soon(&entry));
    }

    /// The conversation's id. None once the component has ended.
    fn conversation_id(self) -> Option<String> {
        self.tree.try_with_untracked(|tree| tree.conversation.id.clone())
    }

    /// Stores an answer whole when it is due, after a failed write.
    fn persist_whole_soon(self, entry: &Entry) {
        let now_ms = unix_ms();
        let wait_ms = self.update_progress(&entry.id, |progress| {
            let was_broken = std::mem::replace(&mut progress.is_broken, true);
            (!was_broken).then(|| remaining_ms(RETRY_INTERVAL_MS, now_ms.abs_diff(progress.whole_ms)))
        });
        if let Some(wait_ms) = wait_ms.flatten() {
            let entry = entry.clone();
            after(wait_ms, move || {
                if self.update_progress(&entry.id, |progress| progress.is_broken) == Some(true) {
                    self.persist(&entry);
                }
            });
        }
    }

    /// Updates the extent of a running answer. Returns None for any other answer.
    fn update_progress<T>(self, answer: &str, update: impl FnOnce(&mut PieceProgress) -> T) -> Option<T> {
        self.pieces.try_update_value(|all| all.iter_mut().find(|one| one.answer == answer).map(update)).flatten()
    }
}

/// The rest of a delay, in milliseconds.
fn remaining_ms(wait_ms: u32, passed_ms: u64) -> u32 {
    wait_ms.saturating_sub(u32::try_from(passed_ms).unwrap_or(wait_ms))
}
