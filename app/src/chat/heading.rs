//! What the open conversation is called, for who finds the way by headings. Everybody else sees it in the list.

use super::transcript::Transcript;
use leptos::prelude::*;

/// What it is called; nothing before its first question.
fn title(transcript: Transcript) -> Memo<String> {
    Memo::new(move |_| transcript.tree.with(|tree| tree.conversation.title.clone()))
}

/// Calls the browser's tab after it.
pub(super) fn name_tab(transcript: Transcript) {
    let title = title(transcript);
    let name = move || match title.get() {
        title if title.is_empty() => "Starcrossed".to_owned(),
        title => title + " · Starcrossed",
    };
    Effect::new(move |_| document().set_title(&name()));
}

/// The heading over the conversation.
#[component]
pub fn Heading(
    /// The open conversation.
    transcript: Transcript,
    /// Whether something else is the page's heading.
    #[prop(into)]
    hidden: Signal<bool>,
) -> impl IntoView {
    let title = title(transcript);
    let words = move || Some(title.get()).filter(|title| !title.is_empty()).unwrap_or_else(|| "Conversation".into());
    view! {
        <h1 class="unseen" hidden=hidden>
            {words}
        </h1>
    }
}
