//! The reasoning of a model before its answer.

use super::selection::is_selected;
use crate::{
    chat::conversation::Message,
    ui::{duration::seconds, text::text},
};
use leptos::{html, prelude::*, wasm_bindgen::JsCast, web_sys::CharacterData};

/// The reasoning, open until the answer's text starts. It stays open if text in it is selected.
#[component]
pub fn Reasoning(
    /// The answer with this reasoning.
    message: RwSignal<Message>,
) -> impl IntoView {
    let is_there = Memo::new(move |_| message.with(|message| !message.reasoning.is_empty()));
    let is_thinking = Memo::new(move |_| message.with(|message| message.exit.is_none() && message.text.is_empty()));
    let place = NodeRef::<html::P>::new();
    // A selection would lose its text if this closed.
    let is_open = Memo::new(move |before: Option<&bool>| {
        let is_selected = || place.get_untracked().is_some_and(|place| is_selected(&place));
        is_thinking.get() || before == Some(&true) && is_selected()
    });
    // New text is appended, so the cost of a delta does not depend on the length.
    Effect::new(move |drawn: Option<usize>| {
        let Some(place) = place.get() else { return 0 };
        message.with(|message| {
            let (drawn, all) = (drawn.unwrap_or(0), &message.reasoning);
            match (all.get(drawn..), place.last_child()) {
                (Some(""), _) => {}
                (Some(new), Some(last)) if drawn > 0 => match last.dyn_into::<CharacterData>() {
                    Ok(text) => drop(text.append_data(new)),
                    // A translator has put an element there.
                    Err(_) => drop(place.append_with_str_1(new)),
                },
                _ => place.set_text_content(Some(all)),
            }
            all.len()
        })
    });
    view! {
        <details class="reasoning" open=is_open hidden=move || !is_there.get()>
            <summary prop:textContent=text(move || message.with(summary))></summary>
            <p class="text" dir="auto" node_ref=place></p>
        </details>
    }
}

/// The line above the reasoning.
fn summary(message: &Message) -> String {
    match message.thought_ms {
        _ if message.reasoning.is_empty() => String::new(),
        _ if message.exit.is_none() && message.text.is_empty() => "Thinking…".into(),
        0 => String::new(),
        ms => ["Thought for ", &seconds(ms)].concat(),
    }
}
