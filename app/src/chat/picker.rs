//! The model picker.

mod narrow;

use super::{
    catalog::{Catalog, catalog},
    store::tab,
};
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use narrow::{is_long, narrowed};

/// Which model answers. The list comes after the page, so that a slow upstream never holds the page up.
#[component]
pub fn ModelPicker(
    /// The choice.
    model: RwSignal<String>,
    /// What there is to choose from.
    list: RwSignal<Catalog>,
) -> impl IntoView {
    let sought = RwSignal::new(String::new());
    let ask = move || {
        spawn_local_scoped_with_cancellation(async move {
            if let Ok(answer) = catalog().await {
                list.set(answer);
            }
        });
    };
    Effect::new(move |_| ask());
    // The model that would answer is what the box shows, even if nobody has touched it.
    Effect::new(move |_| {
        let is_listed = list.with(|list| list.names.contains(&model.get()));
        if let Some(first) = list.with(|list| list.names.first().cloned())
            && !is_listed
        {
            model.set(first);
        }
    });
    let options = move || {
        let names = list.with(|list| sought.with(|sought| narrowed(&list.names, sought, &model.get())));
        let names = if names.is_empty() { vec![String::new()] } else { names };
        let option = |name: String| {
            let selected = model.get() == name;
            let label = if name.is_empty() { "Default model".to_owned() } else { name.clone() };
            view! { <option value=name prop:selected=selected>{label}</option> }
        };
        names.into_iter().map(option).collect_view()
    };
    let choose = move |name: String| {
        tab::keep_model(&name);
        model.set(name);
    };
    let choose_first = move || {
        let found = list.with_untracked(|list| sought.with_untracked(|sought| narrowed(&list.names, sought, "")));
        found.into_iter().next().into_iter().for_each(choose);
    };
    let trouble = move || list.with(|list| list.trouble.clone());
    view! {
        <div class="picker">
            <input
                type="search"
                aria-label="Search models"
                placeholder="Search models"
                autocomplete="off"
                hidden=move || !list.with(|list| is_long(&list.names))
                prop:value=sought
                on:input=move |event| sought.set(event_target_value(&event))
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" => choose_first(),
                    "Escape" => {
                        event.stop_propagation(); // it stops the answer everywhere else
                        sought.set(String::new());
                    }
                    _ => {}
                }
            />
            <select
                aria-label="Model"
                // A model server that was started after the page is found by who looks again.
                on:focus=move |_| {
                    if list.with_untracked(|list| list.names.is_empty()) {
                        ask();
                    }
                }
                on:change=move |event| choose(event_target_value(&event))
            >
                {options}
            </select>
            <p class="trouble" hidden=move || trouble().is_none()>{trouble}</p>
        </div>
    }
}
