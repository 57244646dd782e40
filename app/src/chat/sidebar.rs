//! The conversations of this tab.

use super::{history::History, talk::Talk};
use leptos::prelude::*;

/// New chat, and the list of what there is.
#[component]
pub fn Sidebar(
    /// The open conversation.
    talk: Talk,
    /// Whether it is shown where there is no room for it beside the conversation.
    shown: RwSignal<bool>,
) -> impl IntoView {
    let history = talk.transcript.history;
    let open = move |choose: Box<dyn FnOnce(&mut History)>| {
        talk.open(choose);
        shown.set(false);
    };
    let listed = move || {
        history.with(|history| {
            let title = |conversation: &super::conversation::Conversation| (conversation.id, conversation.title());
            history.conversations.iter().map(title).collect::<Vec<_>>()
        })
    };
    let draw = move |(id, title): (u32, String)| {
        let current = move || history.with(|history| history.current == id).then_some("true");
        view! {
            <li>
                <button
                    type="button"
                    aria-current=current
                    on:click=move |_| {
                        // The one that is open stays as it is, and so does the answer that is being written in it.
                        if current().is_some() {
                            shown.set(false);
                        } else {
                            open(Box::new(move |history| history.current = id));
                        }
                    }
                >
                    {title}
                </button>
            </li>
        }
    };
    view! {
        <nav class="sidebar" class:shown=shown aria-label="Conversations">
            <button type="button" class="new" on:click=move |_| open(Box::new(History::start))>
                "New chat"
            </button>
            <ul>
                {move || listed().into_iter().map(draw).collect_view()}
            </ul>
            <p class="more">
                <a href="/task">"How it works"</a>
            </p>
        </nav>
    }
}
