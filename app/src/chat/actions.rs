//! What can be done with any answer, whether it stands alone or beside others.

use super::{talk::Talk, tree::Message, view::say_copied};
use crate::browser::copy;
use leptos::prelude::*;

/// Puts the text of a message on the clipboard.
#[component]
pub fn Copy(
    /// The message.
    message: RwSignal<Message>,
) -> impl IntoView {
    view! {
        <button type="button" on:click=move |event| {
            message.with_untracked(|message| copy(&message.text));
            say_copied(&event);
        }>
            "Copy"
        </button>
    }
}

/// Lets an answer that was cut off go on, where nothing was said after it.
#[component]
pub fn Continue(
    /// The open conversation.
    talk: Talk,
    /// Which answer.
    id: StoredValue<String>,
    /// What it says so far.
    message: RwSignal<Message>,
    /// Whether it is the last.
    is_last: Memo<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            hidden=move || !is_last.get() || !message.with(Message::is_cut)
            disabled=move || talk.is_running()
            title="Let the answer go on from here"
            on:click=move |_| id.with_value(|id| talk.resume(id))
        >
            "Continue"
        </button>
    }
}
