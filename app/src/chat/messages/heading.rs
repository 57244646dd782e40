//! The title of the open conversation, as a heading for screen readers and as the title of the tab.

use crate::{browser::query, chat::session::transcript::Transcript};
use leptos::prelude::*;

/// The title. Empty before the first question.
fn title(transcript: Transcript) -> Memo<String> {
    Memo::new(move |_| transcript.tree.with(|tree| tree.conversation.title.clone()))
}

/// Sets the heading and the title of the tab whenever the conversation's title changes.
pub(crate) fn keep_title(transcript: Transcript) {
    let title = title(transcript);
    Effect::new(move |_| {
        let title = title.get();
        if let Some(heading) = query(HEADING) {
            heading.set_text_content(Some(if title.is_empty() { UNNAMED } else { &title }));
        }
        let name = if title.is_empty() { "Starcrossed".to_owned() } else { title + " · Starcrossed" };
        document().set_title(&name);
    });
}

const UNNAMED: &str = "Conversation";
const HEADING: &str = "h1.visually-hidden";

/// The heading over the conversation, hidden from sight. [`keep_title`] sets its text once that code is downloaded.
#[component]
pub fn Heading(
    /// Whether another element is the page's heading.
    #[prop(into)]
    hidden: Signal<bool>,
) -> impl IntoView {
    view! {
        <h1 class="visually-hidden" hidden=hidden>
            {UNNAMED}
        </h1>
    }
}
