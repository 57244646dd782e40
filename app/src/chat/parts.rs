//! The parts of the page that a first visit does without: what has been said, and the conversations that are kept. Their
//! code is fetched when somebody begins to write, or has something here.

use super::{
    compare::Compare, conversations::Conversations, shared::Shared, status::Status, talk::Talk, view::Messages, visit,
};
use leptos::{prelude::*, wasm_split::SplitLoaderError};

/// Each makes its part of the page.
#[derive(Clone, Copy)]
pub struct Parts {
    /// What has been said.
    pub messages: fn(Shared) -> AnyView,
    /// How things stand.
    pub status: fn(Shared) -> AnyView,
    /// Which models are asked beside the picked one.
    pub compare: fn(Shared) -> AnyView,
    /// The conversations that are kept here.
    pub conversations: fn(Shared) -> AnyView,
    /// [`Talk::ask`]
    pub ask: fn(Talk),
}

/// The parts, fetched.
///
/// # Errors
/// They can't be.
#[lazy(fallible)]
pub fn parts() -> Result<Parts, SplitLoaderError> {
    Ok(Parts {
        messages: |shared| view! { <Messages talk=shared.talk /> }.into_any(),
        status: |shared| view! { <Status talk=shared.talk /> }.into_any(),
        compare: |shared| view! { <Compare shared /> }.into_any(),
        ask: Talk::ask,
        conversations: |shared| {
            visit::open(shared);
            visit::follow_address(shared);
            view! { <Conversations shared /> }.into_any()
        },
    })
}
