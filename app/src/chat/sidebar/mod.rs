//! The conversations of this browser: the button for a new one, the [`list`], its [`item`]s, [`import_export`].

pub mod import_export;
pub mod item;
pub mod list;

use crate::{
    browser::{focus_composer, theme::ThemeChoice},
    chat::{page::load_parts::LazyParts, state::PageState},
};
use leptos::prelude::*;

/// New chat, and the conversations. Where they lie over the open one, a touch beside them puts them away, and does no more.
#[component]
pub fn Sidebar(
    /// The page's state.
    state: PageState,
) -> impl IntoView {
    let PageState { address, sidebar: shown, parts, .. } = state;
    view! {
        <div class="backdrop" hidden=move || !shown.get() on:click=move |_| shown.set(false)></div>
        <nav class="sidebar" class:open=shown aria-label="Conversations">
            <button
                type="button"
                class="new-chat"
                on:click=move |_| {
                    shown.set(false);
                    address.push("/");
                    focus_composer();
                }
            >
                "New chat"
            </button>
            <div class="conversation-list">{move || parts.get().map(|LazyParts { conversations, .. }| conversations(state))}</div>
            <p class="sidebar-footer">
                <a href="/task">"How it works"</a>
                <ThemeChoice />
            </p>
        </nav>
    }
}
