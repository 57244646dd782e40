//! The model picker.

use super::{api::models, history::History, message::ModelList};
use leptos::prelude::*;

/// Which model answers. The list comes after the page, so that a slow upstream never holds the page up.
#[component]
pub fn ModelPicker(
    /// Where the choice is kept.
    history: RwSignal<History>,
) -> impl IntoView {
    let list = LocalResource::new(|| async { models().await.ok() });
    let list = Memo::new(move |_| list.get().flatten());
    let chosen = move |list: &ModelList| {
        let wanted = history.with(|history| history.model.clone());
        let found = list.data.iter().find(|model| model.id == wanted).or(list.data.first());
        found.map(|model| model.id.clone()).unwrap_or_default()
    };
    // The model that would answer is what the box shows, even if nobody has touched it.
    Effect::new(move |_| {
        if let Some(list) = list.get() {
            let chosen = chosen(&list);
            if !chosen.is_empty() && history.with_untracked(|history| history.model != chosen) {
                history.update(|history| history.model = chosen);
            }
        }
    });
    let options = move || {
        let current = history.with(|history| history.model.clone());
        let models = list.get().map(|list| list.data).unwrap_or_default();
        if models.is_empty() {
            let name = if current.is_empty() { "Default model".to_owned() } else { current };
            return view! { <option value="">{name}</option> }.into_any();
        }
        let option = move |id: String| {
            let selected = id == current;
            view! { <option value=id.clone() selected=selected>{id.clone()}</option> }
        };
        models.into_iter().map(|model| option(model.id)).collect_view().into_any()
    };
    let trouble = move || list.get().and_then(|list| list.message);
    view! {
        <div class="picker">
            <select
                aria-label="Model"
                on:change=move |event| {
                    history.update(|history| history.model = event_target_value(&event));
                    history.with_untracked(History::save);
                }
            >
                {options}
            </select>
            <p class="trouble" hidden=move || trouble().is_none()>{trouble}</p>
        </div>
    }
}
