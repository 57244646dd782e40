//! An answer is kept while it arrives, a piece at a time, so that whatever ends this page takes nothing along that somebody
//! has had the time to read. A write that is begun when the page is told that it ends may never be done: Firefox and WebKit
//! don't wait for it, and a browser that is killed tells nobody anything.

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

/// How long what has arrived may wait until it is written, in milliseconds.
const PIECE_INTERVAL_MS: u32 = 50;

/// How often an answer is written whole because pieces of it can't be written, in milliseconds.
const RETRY_INTERVAL_MS: u32 = 1000;

/// How far an answer that is being written is kept.
#[derive(Debug)]
pub(super) struct PieceProgress {
    answer: String,
    kept: Extent,
    /// When all of it was written last.
    whole_ms: u64,
    /// When something of it was written last.
    at_ms: u64,
    /// Whether a timer will write what has arrived since.
    is_due: bool,
    /// A piece could not be written. Pieces after it are worth nothing, so none is written until all of it has been.
    is_broken: bool,
}

impl Transcript {
    /// All of it is written: what comes after that is new.
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

    /// Writes what has arrived of an answer, or has it written when that is due.
    pub(super) fn persist_piece(self, entry: &Entry) {
        if !self.store.has_database() {
            return; // the first piece after the store is open has all of it
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

    /// Writes what has arrived of all answers that are being written here. A hidden page may be frozen or ended at any time.
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

    /// Writes that an answer is still being written, and what has arrived of it.
    pub(super) fn persist_sign_of_life(self, entry: &Entry) {
        if let Some(piece) = self.next_piece(entry) {
            entry.message.update_untracked(|message| message.saved_ms = piece.saved_ms);
            self.write_piece(entry, &piece);
        }
    }

    /// Writes the last piece of an answer that has ended. Does nothing, and says so, if its record and its pieces are not
    /// all of it.
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

    /// The piece after those that are kept of an answer; none if pieces of it are worth nothing.
    fn next_piece(self, entry: &Entry) -> Option<Piece> {
        if self.store.has_unsaved(&entry.id) {
            self.persist_whole_soon(entry); // it could not be written whole
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

    /// The conversation's id; none once the page is gone.
    fn conversation_id(self) -> Option<String> {
        self.tree.try_with_untracked(|tree| tree.conversation.id.clone())
    }

    /// Has an answer written whole, since a piece of it could not be written.
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

    /// None for an answer that isn't being written, or is no more.
    fn update_progress<T>(self, answer: &str, update: impl FnOnce(&mut PieceProgress) -> T) -> Option<T> {
        self.pieces.try_update_value(|all| all.iter_mut().find(|one| one.answer == answer).map(update)).flatten()
    }
}

/// The rest of a wait, in milliseconds.
fn remaining_ms(wait_ms: u32, passed_ms: u64) -> u32 {
    wait_ms.saturating_sub(u32::try_from(passed_ms).unwrap_or(wait_ms))
}
