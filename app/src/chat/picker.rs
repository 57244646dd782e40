//! The model picker.

mod narrow;

use super::{
    catalog::{Catalog, catalog},
    store::tab,
};
use leptos::{ev, prelude::*, task::spawn_local_scoped_with_cancellation};
pub(super) use narrow::shown;
use narrow::{is_long, narrowed};

/// It answers where there is nothing else, and nobody has chosen it.
const BUILT_IN: &str = "demo";

/// Which model answers. The list comes after the page, so that a slow upstream never holds the page up.
#[component]
pub fn ModelPicker(
    /// The choice.
    model: RwSignal<String>,
    /// What there is to choose from.
    list: RwSignal<Catalog>,
) -> impl IntoView {
    let sought = RwSignal::new(String::new());
    let again = Trigger::new();
    Effect::new(move |_| {
        again.track();
        // Ends with the component, and when it is asked again.
        spawn_local_scoped_with_cancellation(async move {
            if let Ok(answer) = catalog().await
                && list.with_untracked(|list| *list != answer)
            {
                list.set(answer);
            }
        });
    });
    // A model server that was started after the page, or is back, is found by who looks again.
    let look_again = move || {
        let is_whole = list.with_untracked(|list| list.trouble.is_none() && !list.names.is_empty());
        if !is_whole || list.with_untracked(|list| list.lacks(&model.get_untracked())) {
            again.notify();
        }
    };
    let focus = window_event_listener(ev::focus, move |_| look_again());
    on_cleanup(move || focus.remove());
    // The model that would answer is what the box shows, even if nobody has touched it. What was chosen stays chosen: its
    // server may be back any moment, and what is meant for one server is no other's business.
    Effect::new(move |_| {
        let is_chosen = model.with(|model| !model.is_empty() && model != BUILT_IN);
        if let Some(first) = list.with(|list| list.names.first().cloned())
            && !is_chosen
            && model.with(|model| *model != first)
        {
            model.set(first);
        }
    });
    let options = move || {
        let names = list.with(|list| sought.with(|sought| shown(&list.names, sought, &model.get())));
        let option = |name: String| {
            let selected = model.get() == name;
            let label = if name.is_empty() { "Default model".into() } else { list.with(|list| list.label(&name)) };
            view! { <option value=name prop:selected=selected>{label}</option> }
        };
        names.into_iter().map(option).collect_view()
    };
    let choose = move |name: String| {
        tab::keep_model(&name);
        model.set(name);
    };
    let choose_first = move || {
        let found = list.with_untracked(|list| sought.with_untracked(|sought| narrowed(&list.names, sought)));
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
                on:focus=move |_| look_again()
                on:change=move |event| choose(event_target_value(&event))
            >
                {options}
            </select>
            <p class="trouble" hidden=move || trouble().is_none()>{trouble}</p>
        </div>
    }
}
