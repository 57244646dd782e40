//! The model picker.

use super::{api::models, history::History, message::ModelInfo};
use leptos::prelude::*;

/// Which model answers. The list comes after the page, so that a slow upstream never holds the page up.
#[component]
pub fn ModelPicker(
    /// Where the choice is kept.
    history: RwSignal<History>,
) -> impl IntoView {
    let asked = LocalResource::new(|| async { models().await.ok() });
    let list = Memo::new(move |_| asked.get().flatten().unwrap_or_default());
    let current = Memo::new(move |_| history.with(|history| history.model.clone()));
    let pick = move |model: String| history.update(|history| history.model = model);
    // The model that would answer is what the box shows, even if nobody has touched it.
    Effect::new(move |_| {
        let is_listed = list.with(|list| list.data.iter().any(|model| model.id == current.get()));
        if let Some(first) = list.with(|list| list.data.first().map(|model| model.id.clone()))
            && !is_listed
        {
            pick(first);
        }
    });
    let options = move || {
        let name = |model: ModelInfo| {
            let selected = current.get() == model.id;
            view! { <option value=model.id.clone() selected=selected>{model.id.clone()}</option> }
        };
        let models = list.get().data;
        let none = models.is_empty().then(|| view! { <option value="">"Default model"</option> });
        (none, models.into_iter().map(name).collect_view())
    };
    let trouble = move || list.get().message;
    view! {
        <div class="picker">
            <select
                aria-label="Model"
                // A model server that was started after the page is found by who looks again.
                on:focus=move |_| {
                    if list.with(|list| list.data.is_empty()) {
                        asked.refetch();
                    }
                }
                on:change=move |event| {
                    pick(event_target_value(&event));
                    history.with_untracked(History::save);
                }
            >
                {options}
            </select>
            <p class="trouble" hidden=move || trouble().is_none()>{trouble}</p>
        </div>
    }
}
