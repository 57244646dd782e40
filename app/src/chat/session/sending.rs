//! Sends the draft with its files, if the request is not too large.

use super::{
    Chat,
    attachments::{
        limits::{files_json_bytes, json_bytes},
        read,
    },
};
use crate::chat::storage::session_storage;
use leptos::prelude::*;

impl Chat {
    /// Sends the draft, as a new question or in place of the edited one. Does nothing while an answer runs, without text and
    /// files, or if the request is too large. The draft then stays in the box.
    pub fn send(self) {
        let draft = self.transcript.draft;
        if self.is_busy() || (draft.with_untracked(|text| text.trim().is_empty()) && self.attachments.is_empty()) {
            return;
        }
        if self.attachments.is_waiting() {
            self.attachments.send_when_read.set(true); // it is sent once the last file is read
            return;
        }
        if !self.can_send() {
            return; // the draft stays in the box
        }
        let editing = self.editing.try_update(Option::take).flatten();
        let conversation = untrack(|| self.transcript.id());
        session_storage::delete_edit(conversation.as_deref().unwrap_or_default());
        let editing = editing.map(|editing| (Some(editing.question), editing.draft, editing.files));
        let (instead_of, rest, other_files) = editing.unwrap_or_default();
        let files = self.attachments.replace(other_files);
        let question = draft.try_update(|draft| std::mem::replace(draft, rest)).unwrap_or_default();
        if conversation.is_none() {
            session_storage::clear_new();
        }
        let question = self.transcript.ask(question, files, instead_of.as_deref());
        self.answer(&question);
    }

    /// Reads the attached files, for as long as the component lives, and sends the question that waits for them.
    pub(crate) fn read_attachments(self) {
        read::read_waiting(self.attachments, move || self.sent_bytes(), move || self.send());
    }

    /// Whether the next question isn't too long to be sent. If it is, the page says so.
    fn can_send(self) -> bool {
        let draft = self.transcript.draft.with_untracked(|draft| json_bytes(draft));
        let system = self.transcript.tree.with_untracked(|tree| json_bytes(&tree.conversation.settings.system));
        self.attachments.check_request(self.sent_bytes() + draft + system)
    }

    /// The size of the next request without what is typed: all messages before the question, and the attached files.
    fn sent_bytes(self) -> usize {
        let edited = self.editing.with_untracked(|editing| editing.as_ref().map(|editing| editing.question.clone()));
        let files = self.attachments.files.with_untracked(|files| files_json_bytes(files));
        read::transcript_bytes(self.transcript, edited.as_deref()) + files
    }
}
