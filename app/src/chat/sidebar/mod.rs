//! The conversations of this browser.
//!
//! | file | what it is |
//! |---|---|
//! | [`list`], `line`, [`item`] | the list, its search, and each conversation in it |
//! | [`import_export`] | conversations to a file, and from one |

pub mod import_export;
pub mod item;
pub mod line;
pub mod list;

use crate::{
    browser::{focus_composer, theme::ThemeChoice},
    chat::state::{
        PageState,
        lazy_parts::{LazyChat, LazyParts},
    },
};
use leptos::prelude::*;

/// The button for a new chat, and the list. On a narrow screen the sidebar lies over the chat; a tap beside it only
/// closes it.
#[component]
pub fn Sidebar(
    /// The page.
    page: LazyChat,
) -> impl IntoView {
    let LazyChat { state, parts, .. } = page;
    let PageState { address, sidebar: shown, .. } = state;
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
