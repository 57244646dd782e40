//! What stands beside the conversation: the way to a new one, and to those that are kept.

use super::{parts::Parts, shared::Shared};
use crate::theme::ThemeChoice;
use leptos::prelude::*;

/// New chat, and the conversations.
#[component]
pub fn Sidebar(
    /// The page's state.
    shared: Shared,
) -> impl IntoView {
    let Shared { address, sidebar: shown, parts, .. } = shared;
    view! {
        <nav class="sidebar" class:shown=shown aria-label="Conversations">
            <button
                type="button"
                class="new"
                on:click=move |_| {
                    shown.set(false);
                    address.go("/");
                }
            >
                "New chat"
            </button>
            <div class="kept">{move || parts.get().map(|Parts { conversations, .. }| conversations(shared))}</div>
            <p class="more">
                <a href="/task">"How it works"</a>
                <ThemeChoice />
            </p>
        </nav>
    }
}
