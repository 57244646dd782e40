//! The views and actions that a first visit does without, as function pointers.

use crate::{
    chat::{conversation::case_fold::Fold, session::Chat, state::PageState},
    lazy::{Fetch, Lazy},
};
use leptos::prelude::*;

/// The functions that the lazy code supplies. Each view makes its part of the page.
#[derive(Clone, Copy)]
pub struct LazyParts {
    /// Starts the parts that have no view of their own.
    pub start: fn(PageState),
    /// The conversation.
    pub messages: fn(PageState) -> AnyView,
    /// The status line and the notices beside it.
    pub status: fn(PageState) -> AnyView,
    /// The models to compare with.
    pub compare: fn(PageState) -> AnyView,
    /// The conversations of this browser.
    pub conversations: fn(PageState) -> AnyView,
    /// The files that go with the next question.
    pub attachments: fn(PageState) -> AnyView,
    /// The models to choose from beyond the listed ones.
    pub other_models: fn(Chat, RwSignal<String>) -> AnyView,
    /// Makes text comparable, in any script.
    pub fold: Fold,
    /// The form of the conversation's settings.
    pub settings: fn(PageState) -> AnyView,
    /// [`Chat::send`], after a new conversation has its defaults.
    pub send: fn(PageState),
    /// [`Chat::stop`]
    pub stop: fn(Chat),
    /// [`Chat::edit_last`]
    pub edit_last: fn(Chat),
    /// [`Chat::stop_editing`]
    pub stop_editing: fn(Chat),
    /// Makes the browser compile the functions that a first question calls.
    pub warm_up: fn(Chat),
}

/// The page's state, with the parts that may not be here yet. Its actions wait for the code, or do nothing without it.
#[derive(Clone, Copy)]
pub struct LazyChat {
    /// The state.
    pub state: PageState,
    /// The parts.
    pub parts: Lazy<LazyParts>,
    /// A person has pressed Send before the code for it was here.
    send_when_loaded: StoredValue<bool>,
}

impl LazyChat {
    /// Nothing is fetched yet.
    pub(crate) fn new(state: PageState, fetch: Fetch<LazyParts>) -> Self {
        Self { state, parts: Lazy::new(fetch), send_when_loaded: StoredValue::new(false) }
    }

    /// Sends the draft as soon as the code for that is here. Does nothing before the address's conversation is here: the
    /// page notes a press before that, and repeats it.
    pub fn send(self) {
        if !self.state.is_here() {
            return;
        }
        match self.parts.get_untracked() {
            Some(parts) => (parts.send)(self.state),
            None => {
                self.send_when_loaded.set_value(true);
                self.parts.load();
            }
        }
    }

    /// Stops every answer. An answer that runs has brought the code along.
    pub fn stop(self) {
        self.act(|parts| parts.stop);
    }

    /// Leaves the edited question as it was.
    pub fn stop_editing(self) {
        self.act(|parts| parts.stop_editing);
    }

    /// Edits the last question.
    pub fn edit_last(self) {
        self.act(|parts| parts.edit_last);
    }

    /// Does what waited for the code. Without the code, an old press must not act later.
    pub fn catch_up(self) {
        let send = self.send_when_loaded.try_update_value(std::mem::take) == Some(true);
        match self.parts.get_untracked() {
            Some(_) if send => self.send(),
            Some(parts) => (parts.warm_up)(self.state.chat),
            None => {}
        }
    }

    fn act(self, action: fn(LazyParts) -> fn(Chat)) {
        if let Some(parts) = self.parts.get_untracked() {
            action(parts)(self.state.chat);
        }
    }
}
