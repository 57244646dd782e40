//! An edit of an earlier question survives a reload and a look at another conversation. So does the draft that waits
//! meanwhile.

use crate::chat::{session::Chat, storage::session_storage};
use leptos::prelude::*;

/// Keeps the edit in session storage. To be called in a component's body.
pub(crate) fn persist_edit(chat: Chat) {
    Effect::new(move |_| {
        let question = chat.editing.with(|editing| editing.as_ref().map(|editing| editing.question.clone()));
        if let (Some(question), Some(conversation)) = (question, untrack(|| chat.transcript.id())) {
            chat.transcript.draft.with(|text| session_storage::save_edit(&conversation, &question, text));
        }
    });
}

/// Restores the edit of the conversation that has just opened.
pub(crate) fn restore_edit(chat: Chat) {
    let edit = untrack(|| chat.transcript.id()).and_then(|id| session_storage::edit(&id));
    if let Some((question, text)) = edit.filter(|(question, _)| chat.transcript.entry(question).is_some()) {
        chat.edit(&question);
        chat.transcript.draft.set(text);
    }
}
