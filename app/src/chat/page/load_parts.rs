//! Fetches the parts of the page that a first visit does without.

use crate::chat::{
    composer::{attachments::Attachments, compare_picker::Compare, model_picker, settings::SettingsForm},
    conversation::case_fold::fold,
    messages::Messages,
    page::{start::start, warm_up::warm_up},
    session::Chat,
    sidebar::list::Conversations,
    state::lazy_parts::LazyParts,
    status::{Status, connection_limit::ConnectionLimitNotice, live_region::LiveRegion},
};
use leptos::{prelude::*, wasm_split::SplitLoaderError};

/// The parts. Their code is a file of its own. The page fetches it when a person touches the page, or has conversations
/// here.
///
/// # Errors
/// The file can't be fetched.
#[lazy(fallible)]
pub fn load_parts() -> Result<LazyParts, SplitLoaderError> {
    Ok(LazyParts {
        start,
        messages: |state| view! { <Messages chat=state.chat /> }.into_any(),
        status: |state| {
            view! {
                <Status chat=state.chat />
                <ConnectionLimitNotice chat=state.chat />
                <LiveRegion chat=state.chat />
            }
            .into_any()
        },
        compare: |state| view! { <Compare state /> }.into_any(),
        conversations: |state| view! { <Conversations state /> }.into_any(),
        attachments: |state| view! { <Attachments chat=state.chat models=state.models /> }.into_any(),
        other_models: model_picker::rest::other_models,
        fold,
        settings: |state| view! { <SettingsForm chat=state.chat /> }.into_any(),
        send: |state| {
            state.apply_default_settings();
            state.chat.send();
        },
        stop: Chat::stop,
        edit_last: Chat::edit_last,
        stop_editing: Chat::stop_editing,
        warm_up,
    })
}
