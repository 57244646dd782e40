//! Several answers to one question, side by side. They run at once, each in a task of its own.

use super::{
    actions::{Continue, Copy},
    reasoning::Reasoning,
};
use crate::{
    chat::{
        conversation::Message,
        messages::{answer_text::AnswerText, ending::ending, version_switcher::VersionSwitcher},
        session::{
            Chat,
            entry::{Entry, failure_text, needs_retry},
        },
        status::stop_receipt::StopReceipt,
    },
    ui::text::text,
};
use leptos::prelude::*;

/// The answers, and the actions on all of them.
#[component]
pub fn Comparison(
    /// The open conversation.
    chat: Chat,
    /// The entry of the chosen answer, which has all of them.
    entry: Entry,
) -> impl IntoView {
    let names = column_names(&entry.alternatives);
    let key = entry.key;
    let first = StoredValue::new(entry.alternatives.first().map(|answer| answer.id.clone()).unwrap_or_default());
    let busy = Signal::derive(move || chat.is_running());
    let chosen = Memo::new(move |_| {
        chat.transcript.entries.with(|all| all.iter().find(|row| row.key == key).map(|row| row.id.clone()))
    });
    let is_last =
        Memo::new(move |_| chat.transcript.entries.with(|all| all.last().is_some_and(|last| last.key == key)));
    let answer = |(answer, name)| view! { <AnswerColumn chat answer name chosen is_last /> };
    view! {
        <div class="comparison" role="group" aria-label="Answers side by side">
            <div class="answer-columns">{entry.alternatives.into_iter().zip(names).map(answer).collect_view()}</div>
            <div class="actions" class:waiting=busy>
                <VersionSwitcher chat id=first />
                <button
                    type="button"
                    disabled=busy
                    title="Ask all of them again; these answers stay"
                    on:click=move |_| first.with_value(|id| chat.regenerate(id))
                >
                    "Regenerate"
                </button>
            </div>
        </div>
    }
}

/// One of the answers.
#[component]
fn AnswerColumn(
    chat: Chat,
    answer: Entry,
    name: String,
    chosen: Memo<Option<String>>,
    is_last: Memo<bool>,
) -> impl IntoView {
    let Entry { id, message, .. } = answer;
    let id = StoredValue::new(id);
    let message = RwSignal::from(message);
    let stopped = RwSignal::new(None);
    let running = Memo::new(move |_| message.with(|message| message.exit.is_none()));
    let busy = Signal::derive(move || chat.is_running());
    let is_chosen = Memo::new(move |_| id.with_value(|id| chosen.with(|chosen| chosen.as_ref() == Some(id))));
    let failure = Memo::new(move |_| message.with(failure_of));
    view! {
        <article
            id=id.with_value(|id| ["m-", id].concat())
            class="answer answer-column"
            class:running=running
            aria-label=["Answer of ", &name].concat()
            aria-current=move || is_chosen.get().then_some("true")
        >
            <header>
                <p class="model" translate="no">{name.clone()}</p>
                <button
                    type="button"
                    class="stop"
                    aria-label=["Stop ", &name].concat()
                    title="Stop this one; the others go on"
                    // Only the tab that runs an answer can stop it.
                    hidden=move || !running.get() || !busy.get()
                    on:click=move |_| id.with_value(|id| chat.stop_answer(id, stopped))
                >
                    <svg viewBox="0 0 24 24" aria-hidden="true"><rect x="6" y="6" width="12" height="12" rx="2" /></svg>
                </button>
            </header>
            <Reasoning message />
            <AnswerText message printing=chat.transcript.printing />
            <p class="failure" hidden=move || failure.with(String::is_empty) prop:textContent=failure></p>
            <div class="actions" class:waiting=running>
                <button
                    type="button"
                    class="choose"
                    aria-pressed=move || is_chosen.get().to_string()
                    disabled=busy
                    title="What you ask next is asked after this answer"
                    on:click=move |_| id.with_value(|id| chat.choose(id))
                >
                    "Go on with this one"
                </button>
                <Copy message />
                <Continue chat id message is_last />
                <span class="ending" prop:textContent=text(move || message.with(|message| ending(message, false)))></span>
                <StopReceipt stopped />
            </div>
        </article>
    }
}

/// The name of each answer: its model, with a number if a model answers more than once.
fn column_names(answers: &[Entry]) -> Vec<String> {
    let models: Vec<String> =
        answers.iter().map(|answer| answer.message.with_untracked(|message| message.model.clone())).collect();
    let name = |(at, model): (usize, &String)| match models.iter().take(at).filter(|before| *before == model).count() {
        0 => model.clone(),
        before => [model, " · ", &(before + 1).to_string()].concat(),
    };
    models.iter().enumerate().map(name).collect()
}

/// The message of a failed answer. Empty for any other.
fn failure_of(message: &Message) -> String {
    message.exit.clone().filter(needs_retry).map(failure_text).unwrap_or_default()
}
