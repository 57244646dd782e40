//! Shows a message that a search has found.

use crate::{browser::next_frame::in_next_frame, chat::state::PageState};
use leptos::prelude::*;

/// Shows the message in the open conversation, or in the one that is about to open.
pub(crate) fn reveal_message(state: PageState, conversation: &str, message: &str) {
    let transcript = state.chat.transcript;
    state.message_to_reveal.set_value(message.to_owned());
    if untrack(|| transcript.id()).as_deref() == Some(conversation) {
        transcript.show_message(message);
        scroll_to_message(state);
    }
}

/// Scrolls to the message once it is drawn. That is the frame after the next, since the next one scrolls to the end.
pub(crate) fn scroll_to_message(state: PageState) {
    let message = state.message_to_reveal.try_update_value(std::mem::take).unwrap_or_default();
    if message.is_empty() {
        return;
    }
    state.chat.transcript.show_from(&message);
    let scroll = move || {
        if let Some(message) = document().get_element_by_id(&["m-", &message].concat()) {
            message.scroll_into_view();
            state.follow.led(); // the next block would scroll to the end otherwise
        }
    };
    in_next_frame(move || in_next_frame(scroll));
}
