//! The text of a message as it is read.

use super::tree::Message;
use leptos::prelude::*;

/// The text of one message.
#[component]
pub fn Prose(
    /// The message.
    message: RwSignal<Message>,
    /// As it was typed, and not as Markdown.
    plain: bool,
) -> impl IntoView {
    _ = plain;
    view! { <p class="text">{move || message.with(|message| message.text.clone())}</p> }
}
