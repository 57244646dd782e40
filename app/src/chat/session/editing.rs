//! Edits an earlier question in the box. The draft from before comes back afterwards.

use super::{Chat, entry::Entry};
use crate::chat::{conversation::File, protocol::message::Role, storage::session_storage};
use leptos::prelude::*;

/// A question that is being edited.
#[derive(Clone, Debug, PartialEq)]
pub struct Editing {
    /// The question's id.
    pub question: String,
    /// The draft before the edit. It comes back when the edit ends.
    pub draft: String,
    /// The attached files before the edit. They come back, too.
    pub files: Vec<File>,
}

impl Chat {
    /// Puts a question into the box to edit it.
    pub fn edit(self, question: &str) {
        let Some(entry) = self.transcript.entry(question) else { return };
        let (text, files) = entry.message.with_untracked(|message| (message.text.clone(), message.files.clone()));
        let files = self.attachments.replace(files);
        let draft = self.transcript.draft.try_update(|draft| std::mem::replace(draft, text)).unwrap_or_default();
        self.editing.update(|editing| {
            // An edit that starts during another keeps the draft from before the first.
            let (draft, files) = editing.take().map_or((draft, files), |before| (before.draft, before.files));
            *editing = Some(Editing { question: question.to_owned(), draft, files });
        });
    }

    /// Puts the last question into the box to edit it.
    pub fn edit_last(self) {
        let is_question = |entry: &&Entry| entry.message.with_untracked(|message| message.role == Role::User);
        let last = self.transcript.entries.with_untracked(|all| all.iter().rev().find(is_question).cloned());
        if let Some(last) = last.filter(|_| !self.is_busy()) {
            self.edit(&last.id);
        }
    }

    /// Cancels the edit, and restores the draft from before it.
    pub fn stop_editing(self) {
        session_storage::delete_edit(&untrack(|| self.transcript.id()).unwrap_or_default());
        self.restore_before_edit();
    }

    pub(super) fn restore_before_edit(self) {
        if let Some(editing) = self.editing.try_update(Option::take).flatten() {
            self.transcript.draft.set(editing.draft);
            self.attachments.replace(editing.files);
        }
    }
}
