//! An answer is kept while it arrives, a piece at a time, so that whatever ends this page takes nothing along that somebody
//! has had the time to read. A write that is begun when the page is told that it ends may never be done: Firefox and WebKit
//! don't wait for it, and a browser that is killed tells nobody anything.

use super::Transcript;
use crate::chat::{
    entry::Entry,
    store::tab,
    tree::{Message, piece::Extent},
};
use leptos::prelude::*;
use std::time::Duration;

/// How long what has arrived may wait until it is written, in milliseconds.
const PIECE_EVERY_MS: u64 = 50;

/// How far an answer that is being written is kept.
#[derive(Debug)]
pub(super) struct Ahead {
    answer: String,
    kept: Extent,
    /// When something of it was written last.
    at_ms: u64,
    /// Whether a timer will write what has arrived since.
    is_due: bool,
}

impl Transcript {
    /// All of it is written: what comes after that is new.
    pub(super) fn note_whole(self, message: Option<&Message>) {
        let Some(message) = message else { return };
        _ = self.ahead.try_update_value(|ahead| {
            let is_due = ahead.iter().any(|one| one.answer == message.id && one.is_due);
            ahead.retain(|one| one.answer != message.id);
            if message.exit.is_none() {
                let (answer, kept, at_ms) = (message.id.clone(), message.extent(), message.saved_ms);
                ahead.push(Ahead { answer, kept, at_ms, is_due });
            }
        });
    }

    /// Writes what has arrived of an answer, or has it written when that is due.
    pub(super) fn keep_piece(self, entry: &Entry) {
        if !self.history.is_kept() {
            return; // the first piece after the store is open has all of it
        }
        let now_ms = tab::now_ms();
        let wait_ms = self.update_ahead(&entry.id, |ahead| {
            if ahead.is_due {
                return None;
            }
            let wait_ms = PIECE_EVERY_MS.saturating_sub(now_ms.abs_diff(ahead.at_ms));
            ahead.is_due = wait_ms > 0;
            Some(wait_ms)
        });
        match wait_ms.flatten() {
            None => {}
            Some(0) => self.keep_piece_now(entry),
            Some(wait_ms) => {
                let entry = entry.clone();
                drop(set_timeout(move || self.keep_piece_now(&entry), Duration::from_millis(wait_ms)));
            }
        }
    }

    fn keep_piece_now(self, entry: &Entry) {
        let now_ms = tab::now_ms();
        let piece = self.update_ahead(&entry.id, |ahead| {
            ahead.is_due = false;
            let piece = entry.message.with_untracked(|message| message.piece_after(ahead.kept, now_ms))?;
            ahead.kept = entry.message.with_untracked(Message::extent);
            ahead.at_ms = now_ms;
            Some(piece)
        });
        let Some(conversation) = self.tree.try_with_untracked(|tree| tree.conversation.id.clone()) else { return };
        if let Some(piece) = piece.flatten() {
            self.history.keep_piece(&conversation, piece);
        }
    }

    /// None for an answer that isn't being written, or is no more.
    fn update_ahead<T>(self, answer: &str, update: impl FnOnce(&mut Ahead) -> T) -> Option<T> {
        self.ahead.try_update_value(|all| all.iter_mut().find(|one| one.answer == answer).map(update)).flatten()
    }
}
