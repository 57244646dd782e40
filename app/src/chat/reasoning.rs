//! What a model thought before it answered.

use super::{tree::Message, view::seconds};
use leptos::prelude::*;

/// Open while it is all that there is, folded up once the answer begins.
#[component]
pub fn Reasoning(
    /// The answer that it came before.
    message: RwSignal<Message>,
) -> impl IntoView {
    let is_there = Memo::new(move |_| message.with(|message| !message.reasoning.is_empty()));
    let is_thinking = Memo::new(move |_| message.with(|message| message.exit.is_none() && message.text.is_empty()));
    // Copied when it has grown, and not for each delta of the answer after it.
    let length = Memo::new(move |_| message.with(|message| message.reasoning.len()));
    let text = move || {
        _ = length.get();
        message.with_untracked(|message| message.reasoning.clone())
    };
    view! {
        <details class="reasoning" open=is_thinking hidden=move || !is_there.get()>
            <summary>{move || message.with(words)}</summary>
            <p class="text">{text}</p>
        </details>
    }
}

/// What stands over it.
fn words(message: &Message) -> String {
    match message.thought_ms {
        _ if message.reasoning.is_empty() => String::new(),
        _ if message.exit.is_none() && message.text.is_empty() => "Thinking…".into(),
        0 => String::new(),
        ms => ["Thought for ", &seconds(ms)].concat(),
    }
}
