//! The server's confirmation that a stopped task has ended.
//!
//! Stop closes the stream, so no event can report the end, and the page asks the server. The server only knows that it has
//! closed its connection to the model server. Some model servers continue to read a prompt for a while (`docs/servers.md`).

use crate::{api::fate::fate_of, browser::now_ms, chat::session::Stopped, ui::duration::round_ms};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use starcrossed::registry::Fate;

/// The number of queries before the page gives up.
const MAX_QUERIES: u32 = 20;
/// The pause between two queries, in milliseconds.
const PAUSE_MS: u32 = 50;

/// Shows the time from the press of Stop to the end of the last task.
#[component]
pub fn StopReceipt(
    /// The tasks that were stopped.
    stopped: RwSignal<Option<Stopped>>,
) -> impl IntoView {
    let receipt = RwSignal::new(String::new());
    Effect::new(move |_| {
        receipt.set(String::new());
        if let Some(stopped) = stopped.get() {
            // This ends with the component, and when another task is stopped.
            spawn_local_scoped_with_cancellation(async move { receipt.set(confirm(stopped).await) });
        }
    });
    view! { <span class="receipt" hidden=move || receipt.with(String::is_empty) prop:textContent=receipt></span> }
}

/// Asks the server about every task, and returns the text of the receipt.
async fn confirm(stopped: Stopped) -> String {
    for task in stopped.tasks {
        // A task that was stopped before its id arrived can't be asked about.
        let is_certain = match task {
            Some(task) => has_ended(&task).await,
            None => false,
        };
        if !is_certain {
            return "the server could not confirm it".into();
        }
    }
    format!("connection closed in {} ms", round_ms((now_ms() - stopped.at_ms).max(1.0)))
}

async fn has_ended(task: &str) -> bool {
    for _ in 0..MAX_QUERIES {
        match fate_of(task.to_owned()).await {
            Ok(Fate::Running) => TimeoutFuture::new(PAUSE_MS).await,
            Ok(Fate::Ended { .. }) => return true,
            Ok(Fate::Unknown) | Err(_) => return false,
        }
    }
    false
}
