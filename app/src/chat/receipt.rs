//! After Stop: what the server says became of the task. The page let go of the stream, so nobody is left to tell it,
//! and it has to ask.

use super::talk::Stopped;
use crate::{browser::now_ms, fate::fate_of, link::Fate};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

/// How often the server is asked before the page says that it doesn't know.
const ASKED_AT_MOST: u32 = 20;
/// The pause between two times, in milliseconds.
const PAUSE_MS: u32 = 50;

/// Says when the server saw the stopped task die.
#[component]
pub fn Receipt(
    /// The task that was stopped.
    stopped: RwSignal<Option<Stopped>>,
) -> impl IntoView {
    // A LocalResource belongs to this component: leave it, and the asking ends.
    let receipt = LocalResource::new(move || confirm(stopped.get()));
    view! { <span class="receipt">{move || receipt.get().flatten()}</span> }
}

async fn confirm(stopped: Option<Stopped>) -> Option<String> {
    let stopped = stopped?;
    for _ in 0..ASKED_AT_MOST {
        match fate_of(stopped.task.to_string()).await {
            Ok(Fate::Running) => TimeoutFuture::new(PAUSE_MS).await,
            Ok(Fate::Ended { .. }) => {
                return Some(format!("confirmed by the server in {:.0} ms", (now_ms() - stopped.at_ms).max(1.0)));
            }
            Ok(Fate::Unknown) | Err(_) => break,
        }
    }
    Some("the server could not confirm it".into())
}
