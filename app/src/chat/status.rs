//! The line that says how things stand, for the eye and the ear, and what can be done when they stand badly.

use super::{entry::is_trouble, receipt::Receipt, talk::Talk};
use crate::link::{Exit, Reason};
use leptos::prelude::*;

/// The status line, and the alert with Retry beside it.
#[component]
pub fn Status(
    /// The open conversation.
    talk: Talk,
) -> impl IntoView {
    let exit = talk.transcript.exit;
    let deltas = talk.transcript.deltas;
    let status = Memo::new(move |_| match (exit.get(), talk.is_running()) {
        (_, true) if deltas.get() == 0 => "Thinking…",
        (_, true) => "Answering…",
        (Some(exit), false) => word(exit.reason),
        (None, false) => "",
    });
    // While others are still answering, the one that failed says so in its own place.
    let trouble = Memo::new(move |_| exit.get().filter(|exit| is_trouble(exit) && !talk.is_running()).map(sentence));
    view! {
        <div class="fate">
            <p class="status">
                <span role="status">{status}</span>
                <Receipt stopped=talk.stopped />
            </p>
            // The alert is there before there is trouble: what is put into it then is read out.
            <div class="trouble" hidden=move || trouble.with(Option::is_none)>
                <p role="alert">{trouble}</p>
                <button type="button" on:click=move |_| talk.retry()>
                    "Retry"
                </button>
            </div>
        </div>
    }
}

/// One word for how a task ended.
fn word(reason: Reason) -> &'static str {
    match reason {
        Reason::Normal => "Done",
        Reason::Killed => "Stopped",
        Reason::Interrupted => "Interrupted",
        Reason::Failed => "Failed",
        Reason::Crashed => "Crashed",
        Reason::Shutdown => "Shut down",
        Reason::Lost => "Connection lost",
    }
}

/// What happened, and what can be done now: the exit's own words. Only a connection that broke off has none.
pub(super) fn sentence(exit: Exit) -> String {
    exit.message.unwrap_or_else(|| "Connection lost: the server can't be reached. Retry when it is back.".into())
}
