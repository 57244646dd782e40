//! The choice of models to ask beside the picked one.

use crate::{
    browser::is_composing,
    chat::{composer::model_picker::offer, conversation::case_fold::fold, state::PageState},
};
use leptos::{ev, prelude::*};

/// A button beside the model picker, and its panel: up to three more models. The choice lasts until the conversation is
/// left and is never stored. The button is hidden where there is only one model.
#[component]
pub fn Compare(
    /// The page's state.
    state: PageState,
) -> impl IntoView {
    let PageState { chat, models, .. } = state;
    let others = chat.compared_models;
    let open = RwSignal::new(false);
    let count = Memo::new(move |_| others.with(|others| others.iter().filter(|other| !other.is_empty()).count()));
    // The panel would cover the answers. The choice stays.
    Effect::new(move |_| {
        if chat.is_running() {
            open.set(false);
        }
    });
    let option = move |at: usize, name: String, is_missing: bool| {
        let value = name.clone();
        let selected = move || others.with(|others| others.get(at) == Some(&value));
        let label = match name.as_str() {
            "" => "No other".into(),
            name => [name, if is_missing { " (not available now)" } else { "" }].concat(),
        };
        view! { <option value=name prop:selected=selected prop:textContent=label></option> }
    };
    let options = move |at: usize| {
        // A chosen model that isn't listed now stays visible.
        let chosen = others.with_untracked(|others| others.get(at).cloned().unwrap_or_default());
        let is_missing = models.with(|list| list.is_missing(&chosen));
        let names = models.with(|list| offer(&list.names, "", &chosen, fold));
        let names = names.into_iter().filter(|name| !name.is_empty());
        let options = std::iter::once(String::new()).chain(names).map(|name| {
            let is_missing = is_missing && name == chosen;
            option(at, name, is_missing)
        });
        options.collect_view()
    };
    let select = move |at: usize| {
        let choose = move |event: ev::Event| {
            others.update(|others| {
                if let Some(other) = others.get_mut(at) {
                    *other = event_target_value(&event);
                }
            });
        };
        view! {
            <select aria-label="Compare with" translate="no" on:change=choose>
                {move || options(at)}
            </select>
        }
    };
    view! {
        <div
            class="compare"
            hidden=move || count.get() == 0 && models.with(|list| list.names.len() < 2)
            on:keydown=move |event| {
                // Escape closes the panel and stops no answer.
                if event.key() == "Escape" && open.get_untracked() && !is_composing(&event) {
                    event.stop_propagation();
                    open.set(false);
                }
            }
        >
            <button
                type="button"
                class:active=move || { count.get() > 0 }
                aria-expanded=move || open.get().to_string()
                title="Ask several models at once"
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h6v14H4zM14 5h6v14h-6z" /></svg>
                <span class="button-label">"Compare"</span>
                <span
                    class="count"
                    prop:textContent=move || match count.get() {
                        0 => String::new(),
                        more => ["+", &more.to_string()].concat(),
                    }
                ></span>
            </button>
            <div class="panel" role="group" aria-label="Models to compare" hidden=move || !open.get()>
                <p>"Ask these as well, all at once. Each has its own Stop."</p>
                {(0..others.with_untracked(|others| others.len())).map(select).collect_view()}
            </div>
        </div>
    }
}
