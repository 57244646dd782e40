//! What the open conversation is called, for who finds the way by headings. Everybody else sees it in the list.

use super::transcript::Transcript;
use leptos::prelude::*;

/// The heading over the conversation.
#[component]
pub fn Heading(
    /// The open conversation.
    transcript: Transcript,
    /// Whether something else is the page's heading.
    #[prop(into)]
    hidden: Signal<bool>,
) -> impl IntoView {
    let title = Memo::new(move |_| transcript.tree.with(|tree| tree.conversation.title.clone()));
    let words = move || Some(title.get()).filter(|title| !title.is_empty()).unwrap_or_else(|| "Conversation".into());
    view! {
        <h1 class="unseen" hidden=hidden>
            {words}
        </h1>
    }
}
