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
        session::model_list::ModelList,
        storage::{ConversationStore, session_storage},
    },
};
use leptos::prelude::*;

/// The page's state. Everything in it is a signal, so each part can have a copy.
#[derive(Clone, Copy)]
pub struct PageState {
    /// The open chat.
    pub chat: Chat,
    /// The conversations that this browser keeps.
    pub store: ConversationStore,
    /// The models that can be asked.
    pub models: RwSignal<ModelList>,
    /// The page's address.
    pub address: Router,
    /// Whether the list of conversations lies over the open one, on a narrow screen.
    pub sidebar: RwSignal<bool>,
    /// Whether the address names a conversation that this browser doesn't have.
    pub missing: RwSignal<bool>,
    /// The reader's position in the conversation.
    pub follow: Follow,
    /// The id of the message to scroll to once its conversation is open; usually empty.
    pub(crate) message_to_reveal: StoredValue<String>,
    ready: StoredValue<bool>,
    /// Whether a new conversation has its defaults: see [`PageState::apply_default_settings`].
    has_defaults: StoredValue<bool>,
}

impl PageState {
    /// To be called in the page's body: linked tasks end with it.
    pub(crate) fn new(chat: Chat, store: ConversationStore) -> Self {
        Self {
            chat,
            store,
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

    /// The conversation's id in a path; none for a new conversation.
    #[must_use]
    pub fn conversation_at(path: &str) -> Option<&str> {
        path.strip_prefix("/c/")
    }

    /// Gives a new conversation its defaults, once. A question may come after the lazy code and before its views, so
    /// both call this.
    pub(crate) fn apply_default_settings(self) {
        if self.has_defaults.try_update_value(|has| std::mem::replace(has, true)) == Some(false) {
            self.chat.transcript.apply_default_settings();
        }
    }

    /// Whether the page shows the address's conversation. A new one gets its address after its first question.
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

    /// Marks the page as ready. Text typed before this code ran follows the stored draft in the box.
    pub fn be_ready(self) {
        if self.ready.try_update_value(|ready| std::mem::replace(ready, true)) != Some(false) {
            return;
        }
        let (typed, transcript) = (before_hydration::typed(), self.chat.transcript);
        // A draft that was stored shortly before a reload may be the same text.
        if !transcript.draft.with_untracked(|draft| draft.ends_with(&typed)) {
            transcript.draft.update(|draft| {
                if !draft.is_empty() {
                    draft.push('\n');
                }
                draft.push_str(&typed);
                session_storage::save_draft(&untrack(|| transcript.id()).unwrap_or_default(), draft);
            });
        }
        before_hydration::mark_ready();
    }
}
