//! The notice about a draft that the browser has no room for. A tab's session storage holds some megabytes and refuses
//! more.
//!
//! The page then says so beside the box, and asks before it is left. [`session`] holds the text in memory while the
//! person looks at another conversation or page.

use crate::{
    browser::next_frame::next_macrotask,
    chat::{session::Chat, storage::session_storage},
};
use leptos::{ev, prelude::*, task::spawn_local_scoped_with_cancellation};

/// The notice beside the box.
pub(crate) const UNKEPT: &str = "This text doesn’t fit into what the browser keeps of a tab. It stays here until the page is \
    closed or reloaded. Shorten it, or save it elsewhere.";

/// Whether a reload would lose the text in the box. To be called in a component's body.
pub(crate) fn is_unkept(chat: Chat) -> RwSignal<bool> {
    let unkept = RwSignal::new(false);
    Effect::new(move |_| {
        chat.transcript.draft.track();
        chat.editing.track();
        chat.loading.track();
        // Another effect stores the draft, and may run after this one.
        spawn_local_scoped_with_cancellation(async move {
            next_macrotask().await;
            let is_unkept = !chat.loading.get_untracked() && untrack(|| is_lost(chat));
            if unkept.get_untracked() != is_unkept {
                unkept.set(is_unkept);
            }
        });
    });
    Effect::new(move |_| {
        if unkept.get() {
            let leaving = window_event_listener(ev::beforeunload, |event| event.prevent_default());
            on_cleanup(move || leaving.remove());
        }
    });
    unkept
}

/// Whether session storage has no room for the text in the box. A tab without any session storage says so elsewhere.
fn is_lost(chat: Chat) -> bool {
    let id = chat.transcript.id().unwrap_or_default();
    session_storage::is_unsaved(&id, chat.editing.with(Option::is_some)) && session_storage::is_available()
}
