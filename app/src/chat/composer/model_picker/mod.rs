//! The model picker.

pub(crate) mod filter;
pub(crate) mod rest;

use crate::{
    browser::is_composing,
    chat::{
        composer::model_picker::filter::{is_long, narrowed},
        conversation::case_fold::{Fold, fold_ascii},
        session::{Chat, model_list::fetch_models},
        state::lazy_parts::{LazyChat, LazyParts},
        storage::session_storage,
    },
};
pub(crate) use filter::offer;
use leptos::{ev, prelude::*, task::spawn_local_scoped_with_cancellation};
use starcrossed::Reason;

/// The built-in model. It answers where there is no other, and nobody has chosen it.
const BUILT_IN: &str = "demo";

/// The choice of the model. The list comes after the page, so that a slow upstream never delays the page.
#[component]
pub fn ModelPicker(
    /// The page.
    page: LazyChat,
) -> impl IntoView {
    let (chat, parts) = (page.state.chat, page.parts);
    let (model, list) = (chat.transcript.model, chat.models);
    let (query, typed) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    refresh_list(chat);
    // The box shows the model that would answer, even if nobody has chosen one. A choice stays: its server may come
    // back, and no other server may get what was meant for it.
    Effect::new(move |_| {
        let is_chosen = model.with(|model| !model.is_empty() && model != BUILT_IN);
        if let Some(first) = list.with(|list| list.names.first().cloned())
            && !is_chosen
            && model.with(|model| *model != first)
        {
            model.set(first);
        }
    });
    let fold = |parts: Option<LazyParts>| parts.map_or(fold_ascii as Fold, |parts| parts.fold);
    let option = move |name: String, is_missing: bool| {
        let selected = model.get() == name;
        let label = match name.as_str() {
            "" => "Default model".into(),
            name => [name, if is_missing { " (not available now)" } else { "" }].concat(),
        };
        view! { <option value=name prop:selected=selected>{label}</option> }
    };
    let options = move || {
        let chosen = model.get();
        let fold = fold(parts.get()); // a search from before the lazy code is repeated with it
        let names = list.with(|list| query.with(|query| offer(&list.names, query, &chosen, fold)));
        let is_missing = list.with(|list| list.is_missing(&chosen)) && typed.with(|typed| *typed != chosen);
        let options = names.into_iter().map(|name| {
            let is_missing = is_missing && name == chosen;
            option(name, is_missing)
        });
        options.collect_view()
    };
    let choose = move |name: String| {
        // A name typed in full may be missing from the list. It ends the search.
        if query.with_untracked(|query| query.trim() == name) {
            typed.set(name.clone());
            query.set(String::new());
        }
        session_storage::save_model(&name);
        model.set(name);
    };
    let long = move || list.with(|list| is_long(&list.names));
    // Where the list is incomplete, a name can be typed.
    let can_type = move || list.with(|list| list.notice.is_some());
    // Enter takes the best match, or the name as typed. Leaving the field takes only a name without a match.
    let settle = move |is_enter: bool| {
        let name = query.get_untracked().trim().to_owned();
        let fold = fold(parts.get_untracked());
        let found =
            list.with_untracked(|list| if is_long(&list.names) { narrowed(&list.names, &name, fold) } else { vec![] });
        match found.into_iter().reduce(|first, other| if other == name { other } else { first }) {
            _ if name.is_empty() => {}
            Some(found) if is_enter => choose(found),
            Some(_) => {}
            None => choose(name),
        }
    };
    let name = move || if long() { "Search models" } else { "Model name" };
    view! {
        <div class="picker">
            <input
                type="search"
                aria-label=name
                placeholder=name
                autocomplete="off"
                hidden=move || !long() && !can_type()
                prop:value=query
                on:input=move |event| query.set(event_target_value(&event))
                on:change=move |_| settle(false)
                on:keydown=move |event| match event.key().as_str() {
                    _ if is_composing(&event) => {}
                    "Enter" => settle(true),
                    "Escape" => {
                        event.stop_propagation(); // Escape stops the answer everywhere else
                        query.set(String::new());
                    }
                    _ => {}
                }
            />
            <select
                aria-label="Model"
                translate="no"
                on:focus=move |_| chat.reload_models.notify()
                on:change=move |event| choose(event_target_value(&event))
            >
                {options}
                {move || parts.get().map(|LazyParts { other_models, .. }| other_models(chat, query))}
            </select>
            // Focusable, so that keyboards and fingers can show the whole text.
            <p
                class="alert"
                tabindex="0"
                hidden=move || list.with(|list| list.notice.is_none())
                prop:textContent=move || list.with(|list| list.notice.clone()).unwrap_or_default()
            ></p>
        </div>
    }
}

/// Asks for the list now, and whenever it is due. A model server that was started later, or is back, appears when the
/// person returns to the window.
fn refresh_list(chat: Chat) {
    let Chat { models, reload_models, .. } = chat;
    Effect::new(move |_| {
        reload_models.track();
        // It ends with the component, and with the next request.
        spawn_local_scoped_with_cancellation(async move {
            if let Ok(answer) = fetch_models().await
                && models.with_untracked(|models| *models != answer)
            {
                models.set(answer);
            }
        });
    });
    let focus = window_event_listener(ev::focus, move |_| {
        if is_doubtful(chat) {
            reload_models.notify();
        }
    });
    on_cleanup(move || focus.remove());
}

/// Whether the list can be incomplete or outdated.
fn is_doubtful(chat: Chat) -> bool {
    let model = chat.transcript.model.get_untracked();
    chat.models.with_untracked(|list| list.is_partial() || list.names == [BUILT_IN] || list.is_missing(&model))
}

/// Reloads the list after evidence that it is outdated. A model server that answers exists. One that failed may be
/// gone, or may have other models now. A shutdown and a lost connection say nothing about models, and nobody would
/// answer.
pub(crate) fn follow_evidence(chat: Chat) {
    let answers = Memo::new(move |_| chat.transcript.deltas.get() > 0);
    let failed =
        Memo::new(move |_| chat.transcript.exit.with(|exit| exit.as_ref().map(|exit| exit.reason == Reason::Failed)));
    Effect::new(move |before: Option<()>| {
        let is_news = answers.get() | failed.get().is_some();
        if before.is_some() && is_news && (failed.get() == Some(true) || is_doubtful(chat)) {
            chat.reload_models.notify();
        }
    });
}
