//! What the open conversation is called, for who finds the way by headings. Everybody else sees it in the list.

use crate::{browser::query, chat::session::transcript::Transcript};
use leptos::prelude::*;

/// What it is called; nothing before its first question.
fn title(transcript: Transcript) -> Memo<String> {
    Memo::new(move |_| transcript.tree.with(|tree| tree.conversation.title.clone()))
}

/// Calls the heading and the browser's tab after it.
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

/// The heading over the conversation. [`keep_title`] gives it its words, once the code for that is here.
#[component]
pub fn Heading(
    /// Whether something else is the page's heading.
    #[prop(into)]
    hidden: Signal<bool>,
) -> impl IntoView {
    view! {
        <h1 class="visually-hidden" hidden=hidden>
            {UNNAMED}
        </h1>
    }
}
