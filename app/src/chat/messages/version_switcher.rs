//! The buttons for the versions of a message: ‹ 2/3 ›.

use crate::chat::session::Chat;
use leptos::prelude::*;

/// The number of the shown version, with buttons for the previous and the next. Hidden if there is only one version.
#[component]
pub fn VersionSwitcher(
    /// The open conversation.
    chat: Chat,
    /// The id of the message.
    id: StoredValue<String>,
) -> impl IntoView {
    let versions = Memo::new(move |_| id.with_value(|id| chat.transcript.tree.with(|tree| tree.siblings(id))));
    let step = move |next: bool| id.with_value(|id| chat.show_version(id, next));
    view! {
        <span class="branches" hidden=move || versions.get().1 < 2>
            <button
                type="button"
                aria-label="Previous version"
                disabled=move || chat.is_running() || versions.get().0 < 2
                on:click=move |_| step(false)
            >
                "‹"
            </button>
            <span prop:textContent=move || fraction(versions.get())></span>
            <button
                type="button"
                aria-label="Next version"
                disabled=move || chat.is_running() || versions.get().0 == versions.get().1
                on:click=move |_| step(true)
            >
                "›"
            </button>
        </span>
    }
}

/// The shown version and the number of versions, as `2/3`.
fn fraction((which, of): (usize, usize)) -> String {
    if of < 2 {
        return String::new();
    }
    [which.to_string().as_str(), "/", &of.to_string()].concat()
}
