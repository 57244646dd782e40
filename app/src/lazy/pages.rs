//! The pages beside the chat. Their code is fetched when somebody goes to one of them.

use crate::{essay::TaskPage, monitor::MonitorPage};
use leptos::{prelude::*, wasm_split::SplitLoaderError};

/// Each makes a page.
#[derive(Clone, Copy)]
pub struct Pages {
    /// `/task`
    pub task: fn() -> AnyView,
    /// `/monitor`
    pub monitor: fn() -> AnyView,
}

/// The pages, fetched.
///
/// # Errors
/// They can't be.
#[lazy(fallible)]
pub fn load_pages() -> Result<Pages, SplitLoaderError> {
    Ok(Pages { task: || view! { <TaskPage /> }.into_any(), monitor: || view! { <MonitorPage /> }.into_any() })
}
