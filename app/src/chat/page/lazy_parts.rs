//! The parts of the page that a first visit does without: what has been said, and the conversations that are kept. Their
//! code is fetched when somebody begins to write, or has something here.

use super::print;
use crate::chat::{
    composer::{attachments::Attachments, autogrow, compare_picker::Compare, model_picker, settings::SettingsForm},
    conversation::case_fold::{Fold, fold},
    messages::{Messages, heading},
    page::{heartbeat, open_conversation, restore_edit, state::Shared, warm_up::rehearse},
    session::Chat,
    sidebar::list::Conversations,
    status::{Status, connection_limit::Crowd, focus, live_region::Aloud},
};
use leptos::{prelude::*, wasm_split::SplitLoaderError};

/// Each makes its part of the page.
#[derive(Clone, Copy)]
pub struct Parts {
    /// What has been said.
    pub messages: fn(Shared) -> AnyView,
    /// How things stand, for the eye and the ear.
    pub status: fn(Shared) -> AnyView,
    /// Which models are asked beside the picked one.
    pub compare: fn(Shared) -> AnyView,
    /// The conversations that are kept here.
    pub conversations: fn(Shared) -> AnyView,
    /// What goes with the next question.
    pub attachments: fn(Shared) -> AnyView,
    /// Models that can be picked beside those that are listed: [`model_picker::rest::other_models`].
    pub other_models: fn(Chat, RwSignal<String>) -> AnyView,
    /// Makes a text comparable, in any script.
    pub fold: Fold,
    /// How the model is to answer.
    pub settings: fn(Shared) -> AnyView,
    /// [`Chat::send`]
    pub ask: fn(Shared),
    /// [`Chat::stop`]
    pub stop: fn(Chat),
    /// [`Chat::edit_last`]
    pub edit_last: fn(Chat),
    /// [`Chat::stop_editing`]
    pub stop_editing: fn(Chat),
    /// So that asking is quick the first time, too.
    pub rehearse: fn(Chat),
}

/// The parts, fetched.
///
/// # Errors
/// They can't be.
#[lazy(fallible)]
pub fn parts() -> Result<Parts, SplitLoaderError> {
    Ok(Parts {
        messages: |shared| view! { <Messages chat=shared.chat /> }.into_any(),
        status: |shared| {
            view! {
                <Status chat=shared.chat />
                <Crowd chat=shared.chat />
                <Aloud chat=shared.chat />
            }
            .into_any()
        },
        attachments: |shared| view! { <Attachments chat=shared.chat models=shared.models /> }.into_any(),
        other_models: model_picker::rest::other_models,
        fold,
        settings: |shared| view! { <SettingsForm chat=shared.chat /> }.into_any(),
        compare: |shared| view! { <Compare shared /> }.into_any(),
        ask: |shared| {
            shared.take_defaults();
            shared.chat.send();
        },
        stop: Chat::stop,
        edit_last: Chat::edit_last,
        stop_editing: Chat::stop_editing,
        rehearse,
        conversations: |shared| {
            shared.take_defaults();
            open_conversation::open(shared);
            open_conversation::follow_address(shared);
            on_cleanup(move || shared.chat.close());
            restore_edit::remember(shared.chat);
            shared.chat.attached.guard();
            heartbeat::keep_pulse(shared);
            model_picker::follow_evidence(shared.chat);
            shared.follow.begin();
            focus::lead(shared);
            heading::name_tab(shared.chat.transcript);
            print::watch(shared.chat.transcript);
            autogrow::grow_box(shared.chat.transcript.draft);
            view! { <Conversations shared /> }.into_any()
        },
    })
}
