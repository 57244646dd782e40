//! The state that the parts of the chat page share.
//!
//! | file | what it is |
//! |---|---|
//! | [`lazy_parts`] | the views and actions that a first visit does without, and the state beside them |
//! | [`reveal`] | shows a message that a search has found |

pub mod lazy_parts;
pub mod reveal;

use crate::{
    browser::{before_hydration, follow_scroll::Follow, router::Router},
    chat::{
        session::Chat,
        session::model_list::Catalog,
        storage::{History, session},
    },
};
use leptos::prelude::*;

/// The page's state. All of it is signals, so that each part can have a copy.
#[derive(Clone, Copy)]
pub struct PageState {
    /// The open conversation.
    pub chat: Chat,
    /// The conversations that this browser keeps.
    pub history: History,
    /// The models that can be asked.
    pub models: RwSignal<Catalog>,
    /// Where the page is.
    pub address: Router,
    /// Whether the list of conversations is shown where there is no room for it beside the open one.
    pub sidebar: RwSignal<bool>,
    /// Whether the address leads to a conversation that isn't kept here.
    pub missing: RwSignal<bool>,
    /// How far the reader is in what has been said.
    pub follow: Follow,
    /// The message that is to be shown where it stands, once its conversation is; mostly none, and empty.
    pub(crate) message_to_reveal: StoredValue<String>,
    ready: StoredValue<bool>,
    /// Whether a new conversation has its defaults: see [`PageState::take_defaults`].
    has_defaults: StoredValue<bool>,
}

impl PageState {
    /// To be called in the page's body: what is linked to it dies with it.
    pub(crate) fn new(chat: Chat, history: History) -> Self {
        Self {
            chat,
            history,
            models: chat.models,
            address: expect_context(),
            sidebar: RwSignal::new(false),
            missing: RwSignal::new(false),
            follow: Follow::new(),
            message_to_reveal: StoredValue::new(String::new()),
            ready: StoredValue::new(false),
            has_defaults: StoredValue::new(false),
        }
    }

    /// The conversation that an address leads to: none for a new one.
    #[must_use]
    pub fn conversation_at(path: &str) -> Option<&str> {
        path.strip_prefix("/c/")
    }

    /// Gives a new conversation its defaults, once. Its code comes with the parts of the page, and a question may be asked
    /// after they have come and before they are drawn.
    pub(crate) fn take_defaults(self) {
        if self.has_defaults.try_update_value(|has| std::mem::replace(has, true)) == Some(false) {
            self.chat.transcript.take_defaults();
        }
    }

    /// Whether what is shown is what the address leads to. A conversation gets its address after its first question.
    pub(crate) fn is_here(self) -> bool {
        let path = untrack(|| self.address.path());
        let is_shown = |id| untrack(|| self.chat.transcript.id()).as_deref() == Some(id);
        self.is_ready() && (self.missing.get_untracked() || Self::conversation_at(&path).is_none_or(is_shown))
    }

    /// Whether there is a conversation to write in.
    #[must_use]
    pub fn is_ready(self) -> bool {
        self.ready.get_value()
    }

    /// There is a conversation now. What was typed before this code was there stands in its box, after what was kept.
    pub fn be_ready(self) {
        if self.ready.try_update_value(|ready| std::mem::replace(ready, true)) != Some(false) {
            return;
        }
        let (typed, transcript) = (before_hydration::typed(), self.chat.transcript);
        // A draft that was kept shortly before a reload may be the very text.
        if !transcript.draft.with_untracked(|draft| draft.ends_with(&typed)) {
            transcript.draft.update(|draft| {
                if !draft.is_empty() {
                    draft.push('\n');
                }
                draft.push_str(&typed);
                session::keep_draft(&untrack(|| transcript.id()).unwrap_or_default(), draft);
            });
        }
        before_hydration::done();
    }
}
