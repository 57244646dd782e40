//! The status of the answer, for sighted people and for screen readers, with Retry after a failure.
//!
//! | file | what it is |
//! |---|---|
//! | `stop_receipt` | the server's confirmation of a stop |
//! | `live_region` | the answer for screen readers, in whole sentences |
//! | `connection_limit` | the notice that the browser's six connections are in use |
//! | `focus` | the keyboard focus after a button disappears |

pub mod connection_limit;
pub(crate) mod focus;
pub mod live_region;
pub mod stop_receipt;

use crate::{
    chat::{
        protocol::progress::{Phase, Progress},
        session::{
            Chat,
            entry::{failure_text, needs_retry},
        },
        status::stop_receipt::StopReceipt,
    },
    ui::reason::status_text,
};
use leptos::prelude::*;

/// The status line, and the alert with Retry beside it.
#[component]
pub fn Status(
    /// The open conversation.
    chat: Chat,
) -> impl IntoView {
    let exit = chat.transcript.exit;
    let (deltas, progress) = (chat.transcript.deltas, chat.transcript.progress);
    let status = Memo::new(move |_| match (exit.get(), chat.is_running()) {
        (_, true) if deltas.get() == 0 => waiting_text(progress.get()),
        (_, true) => "Answering…",
        (Some(exit), false) => status_text(exit.reason),
        (None, false) => "",
    });
    let share = Memo::new(move |_| {
        let percent = progress.get().and_then(|progress| progress.percent);
        let percent = percent.filter(|_| chat.is_running() && deltas.get() == 0);
        percent.map(|percent| [percent.to_string().as_str(), " %"].concat()).unwrap_or_default()
    });
    // While other answers run, a failed one shows its message in its own column.
    let trouble = Memo::new(move |_| {
        let exit = exit.get().filter(|exit| needs_retry(exit) && !chat.is_running());
        exit.map(failure_text).unwrap_or_default()
    });
    view! {
        <div class="status-area">
            <p class="status">
                <span role="status" prop:textContent=status></span>
                // Screen readers skip this, because it changes several times a second.
                <span aria-hidden="true" hidden=move || share.with(String::is_empty) prop:textContent=share></span>
                <StopReceipt stopped=chat.stopped />
            </p>
            // The alert exists before a failure, because screen readers announce only changes of an existing one.
            <div class="alert" hidden=move || trouble.with(String::is_empty)>
                <p role="alert" prop:textContent=trouble></p>
                <button type="button" on:click=move |_| chat.retry()>
                    "Retry"
                </button>
            </div>
        </div>
    }
}

/// The status while an answer has no text.
fn waiting_text(progress: Option<Progress>) -> &'static str {
    match progress.map(|progress| progress.phase) {
        Some(Phase::Loading) => "The model is loading…",
        Some(Phase::Reading) => "Reading the conversation…",
        None => "Thinking…",
    }
}
