//! After Stop: what the server says became of the task. The page let go of the stream, so nobody is left to tell it,
//! and it has to ask. The server knows that it has closed the connection to the model server, and no more: a model server may
//! read a prompt on for a while (`docs/servers.md`).

use crate::{api::fate::fate_of, browser::now_ms, chat::session::Stopped, ui::duration::round_ms};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use starcrossed::registry::Fate;

/// How often the server is asked before the page says that it doesn't know.
const MAX_QUERIES: u32 = 20;
/// The pause between two times, in milliseconds.
const PAUSE_MS: u32 = 50;

/// Says when the server had seen the stopped tasks die.
#[component]
pub fn StopReceipt(
    /// The tasks that were stopped.
    stopped: RwSignal<Option<Stopped>>,
) -> impl IntoView {
    let receipt = RwSignal::new(String::new());
    Effect::new(move |_| {
        receipt.set(String::new());
        if let Some(stopped) = stopped.get() {
            // Ends with the component, and when another task has been stopped.
            spawn_local_scoped_with_cancellation(async move { receipt.set(confirm(stopped).await) });
        }
    });
    view! { <span class="receipt" hidden=move || receipt.with(String::is_empty) prop:textContent=receipt></span> }
}

async fn confirm(stopped: Stopped) -> String {
    for task in stopped.tasks {
        // Stopped before it had a name, it can't be asked after.
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
