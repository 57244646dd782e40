//! Everything that the chat page starts once its lazy code is here.

use crate::chat::{
    composer::{autogrow, model_picker},
    messages::heading,
    page::{heartbeat, open_conversation, print, restore_edit},
    state::PageState,
    status::focus,
};
use leptos::prelude::*;

/// To be called once, in the page's owner: all of this ends with the page.
pub(crate) fn start(state: PageState) {
    let chat = state.chat;
    state.apply_default_settings();
    open_conversation::open(state);
    open_conversation::follow_address(state);
    on_cleanup(move || chat.close());
    restore_edit::persist_edit(chat);
    chat.attachments.confirm_leaving();
    heartbeat::heartbeat(state);
    model_picker::follow_evidence(chat);
    state.follow.begin();
    focus::manage_focus(state);
    heading::keep_title(chat.transcript);
    print::watch(chat.transcript);
    autogrow::grow_box(chat.transcript.draft);
}
