//! The parts of the page that a first visit does without: what has been said, and the conversations that are kept. Their
//! code is fetched when somebody begins to write, or has something here.

use super::print;
use crate::chat::{
    composer::{attachments::Attachments, autogrow, compare_picker::Compare, model_picker, settings::SettingsForm},
    conversation::case_fold::{Fold, fold},
    messages::{Messages, heading},
    page::{heartbeat, open_conversation, restore_edit, warm_up::warm_up},
    session::Chat,
    sidebar::list::Conversations,
    state::PageState,
    status::{Status, connection_limit::ConnectionLimitNotice, focus, live_region::LiveRegion},
};
use leptos::{prelude::*, wasm_split::SplitLoaderError};

/// Each makes its part of the page.
#[derive(Clone, Copy)]
pub struct LazyParts {
    /// What has been said.
    pub messages: fn(PageState) -> AnyView,
    /// How things stand, for the eye and the ear.
    pub status: fn(PageState) -> AnyView,
    /// Which models are asked beside the picked one.
    pub compare: fn(PageState) -> AnyView,
    /// The conversations that are kept here.
    pub conversations: fn(PageState) -> AnyView,
    /// What goes with the next question.
    pub attachments: fn(PageState) -> AnyView,
    /// Models that can be picked beside those that are listed: [`model_picker::rest::other_models`].
    pub other_models: fn(Chat, RwSignal<String>) -> AnyView,
    /// Makes a text comparable, in any script.
    pub fold: Fold,
    /// How the model is to answer.
    pub settings: fn(PageState) -> AnyView,
    /// [`Chat::send`]
    pub ask: fn(PageState),
    /// [`Chat::stop`]
    pub stop: fn(Chat),
    /// [`Chat::edit_last`]
    pub edit_last: fn(Chat),
    /// [`Chat::stop_editing`]
    pub stop_editing: fn(Chat),
    /// So that asking is quick the first time, too.
    pub warm_up: fn(Chat),
}

/// The parts, fetched.
///
/// # Errors
/// They can't be.
#[lazy(fallible)]
pub fn load_parts() -> Result<LazyParts, SplitLoaderError> {
    Ok(LazyParts {
        messages: |state| view! { <Messages chat=state.chat /> }.into_any(),
        status: |state| {
            view! {
                <Status chat=state.chat />
                <ConnectionLimitNotice chat=state.chat />
                <LiveRegion chat=state.chat />
            }
            .into_any()
        },
        attachments: |state| view! { <Attachments chat=state.chat models=state.models /> }.into_any(),
        other_models: model_picker::rest::other_models,
        fold,
        settings: |state| view! { <SettingsForm chat=state.chat /> }.into_any(),
        compare: |state| view! { <Compare state /> }.into_any(),
        ask: |state| {
            state.take_defaults();
            state.chat.send();
        },
        stop: Chat::stop,
        edit_last: Chat::edit_last,
        stop_editing: Chat::stop_editing,
        warm_up,
        conversations: |state| {
            state.take_defaults();
            open_conversation::open(state);
            open_conversation::follow_address(state);
            on_cleanup(move || state.chat.close());
            restore_edit::persist_edit(state.chat);
            state.chat.attached.guard();
            heartbeat::heartbeat(state);
            model_picker::follow_evidence(state.chat);
            state.follow.begin();
            focus::manage_focus(state);
            heading::name_tab(state.chat.transcript);
            print::watch(state.chat.transcript);
            autogrow::grow_box(state.chat.transcript.draft);
            view! { <Conversations state /> }.into_any()
        },
    })
}
