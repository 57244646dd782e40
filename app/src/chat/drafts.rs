//! A draft that the browser has no room for. A tab keeps some megabytes of text, and refuses a longer one.
//!
//! Then the page says so beside the box, and asks before it is left. A new conversation's draft waits here while others are
//! looked at; that of another conversation is in its record.

use super::{store::tab, talk::Talk};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local_scoped_with_cancellation};
use std::cell::RefCell;

/// Said beside the box.
pub(super) const UNKEPT: &str = "This text doesn’t fit into what the browser keeps of a tab. It stays here until the page is \
    closed or reloaded. Shorten it, or save it elsewhere.";

thread_local! {
    /// A new conversation's draft, if it isn't kept; else empty.
    static HELD: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Whether what stands in the box wouldn't be there after a reload. To be called in a component's body.
pub(super) fn is_unkept(talk: Talk) -> RwSignal<bool> {
    let unkept = RwSignal::new(false);
    Effect::new(move |_| {
        talk.transcript.draft.track();
        talk.editing.track();
        talk.arriving.track();
        // The page keeps it in an effect of its own, which may come after this one.
        spawn_local_scoped_with_cancellation(async move {
            TimeoutFuture::new(0).await;
            let is_unkept = !talk.arriving.get_untracked() && untrack(|| !is_kept(talk));
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

/// Whether the tab has what stands in the box. Where it has nothing at all, that is said elsewhere.
fn is_kept(talk: Talk) -> bool {
    let id = talk.transcript.id().unwrap_or_default();
    let edited = talk.editing.with(|editing| editing.as_ref().map(|editing| editing.question.clone()));
    let is_kept = talk.transcript.draft.with(|draft| {
        draft.is_empty()
            || !tab::is_there()
            || match &edited {
                Some(question) => tab::edit(&id).is_some_and(|(of, text)| of == *question && text == *draft),
                None => tab::draft(&id).is_some_and(|kept| kept == *draft),
            }
    });
    if id.is_empty() {
        let held = if is_kept { String::new() } else { talk.transcript.draft.get_untracked() };
        HELD.set(held);
    }
    is_kept
}

/// A new conversation's draft was asked.
pub(super) fn forget() {
    HELD.take();
}

/// A new conversation has the draft again that waited for it.
pub(super) fn take_back(talk: Talk) {
    let held = HELD.take();
    if !held.is_empty() {
        talk.transcript.draft.set(held);
    }
}
