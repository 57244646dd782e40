//! The conversation as it is seen.

use super::{conversation::Message, message::Role, talk::Talk, transcript::Entry};
use crate::{
    browser::copy,
    link::{Exit, Reason},
};
use leptos::prelude::*;

/// The messages, oldest first.
#[component]
pub fn Messages(
    /// The open conversation.
    talk: Talk,
) -> impl IntoView {
    let entries = talk.transcript.entries;
    let draw = move |entry: Entry| {
        let message = RwSignal::from(entry.message);
        match message.with_untracked(|message| message.role) {
            Role::Assistant => view! { <Answer talk message /> }.into_any(),
            _ => view! { <Question talk message /> }.into_any(),
        }
    };
    view! {
        // Not live: a screen reader would read every delta. The status line says what there is to say.
        <div class="log" role="log" aria-label="Conversation" aria-live="off">
            <For each=move || entries.get() key=|entry| entry.key children=draw />
        </div>
    }
}

#[component]
fn Question(talk: Talk, message: RwSignal<Message>) -> impl IntoView {
    let text = message.with_untracked(|message| message.text.clone());
    let again = text.clone();
    view! {
        <article class="question" aria-label="Question">
            <p class="text">{text}</p>
            <div class="actions">
                <button type="button" title="Put it back into the box" on:click=move |_| talk.reuse(&again)>
                    "Edit"
                </button>
            </div>
        </article>
    }
}

#[component]
fn Answer(talk: Talk, message: RwSignal<Message>) -> impl IntoView {
    let text = Memo::new(move |_| message.with(|message| message.text.clone()));
    let reasoning = Memo::new(move |_| message.with(|message| message.reasoning.clone()));
    let exit = Memo::new(move |_| message.with(|message| message.exit.clone()));
    let running = move || exit.with(Option::is_none);
    let thinking = move || running() && text.with(String::is_empty);
    view! {
        <article class="answer" class:running=running class:thinking=thinking aria-label="Answer">
            <details class="reasoning" open=thinking hidden=move || reasoning.with(String::is_empty)>
                <summary>"Reasoning"</summary>
                <p class="text">{reasoning}</p>
            </details>
            <p class="text">{text}</p>
            <div class="actions" hidden=running>
                <button type="button" on:click=move |_| message.with_untracked(|message| copy(&message.text))>
                    "Copy"
                </button>
                <button type="button" class="again" title="Ask again; this answer stays" on:click=move |_| talk.retry()>
                    "Regenerate"
                </button>
                <span class="ending">{move || exit.with(|exit| exit.as_ref().map(ending))}</span>
            </div>
        </article>
    }
}

/// What stands under an answer: how it ended, and what it took.
fn ending(exit: &Exit) -> String {
    let how = match exit.reason {
        Reason::Normal if exit.finish_reason.as_deref() == Some("length") => "Cut at the token limit",
        Reason::Normal => "",
        Reason::Killed => "Stopped",
        Reason::Interrupted => "Interrupted",
        Reason::Failed | Reason::Lost => "Incomplete",
        Reason::Crashed => "Crashed",
        Reason::Shutdown => "Cut off by a shutdown",
    };
    let tokens = exit.usage.filter(|usage| usage.completion_tokens > 0);
    let tokens = tokens.map(|usage| format!("{} tokens", usage.completion_tokens)).unwrap_or_default();
    [how, &tokens].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
