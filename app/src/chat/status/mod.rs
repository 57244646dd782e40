//! The status line: the state of the answer, for eye and ear, and the way out of a failure.
//!
//! | file | what it is |
//! |---|---|
//! | [`stop_receipt`] | what the server says about a stopped task |
//! | [`live_region`] | the answer for a screen reader, in sentences |
//! | [`connection_limit`] | the notice that the browser's six connections are taken |
//! | `focus` | the focus after a button has gone |

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
    // While others are still answering, the one that failed says so in its own place.
    let trouble = Memo::new(move |_| {
        let exit = exit.get().filter(|exit| needs_retry(exit) && !chat.is_running());
        exit.map(failure_text).unwrap_or_default()
    });
    view! {
        <div class="status-area">
            <p class="status">
                <span role="status" prop:textContent=status></span>
                // Not read out: it changes several times a second.
                <span aria-hidden="true" hidden=move || share.with(String::is_empty) prop:textContent=share></span>
                <StopReceipt stopped=chat.stopped />
            </p>
            // The alert is there before there is trouble: what is put into it then is read out.
            <div class="alert" hidden=move || trouble.with(String::is_empty)>
                <p role="alert" prop:textContent=trouble></p>
                <button type="button" on:click=move |_| chat.retry()>
                    "Retry"
                </button>
            </div>
        </div>
    }
}

/// What an answer waits for that has not begun.
fn waiting_text(progress: Option<Progress>) -> &'static str {
    match progress.map(|progress| progress.phase) {
        Some(Phase::Loading) => "The model is loading…",
        Some(Phase::Reading) => "Reading the conversation…",
        None => "Thinking…",
    }
}
