//! The model picker.

pub(crate) mod filter;
pub(crate) mod rest;

use crate::{
    browser::is_composing,
    chat::{
        composer::model_picker::filter::{is_long, narrowed},
        conversation::case_fold::{Fold, fold_ascii},
        session::{Chat, model_list::catalog},
        state::lazy_parts::{LazyChat, LazyParts},
        storage::session,
    },
};
pub(crate) use filter::offer;
use leptos::{ev, prelude::*, task::spawn_local_scoped_with_cancellation};
use starcrossed::Reason;

/// It answers where there is nothing else, and nobody has chosen it.
const BUILT_IN: &str = "demo";

/// Which model answers. The list comes after the page, so that a slow upstream never holds the page up.
#[component]
pub fn ModelPicker(
    /// The page.
    page: LazyChat,
) -> impl IntoView {
    let (chat, parts) = (page.state.chat, page.parts);
    let (model, list) = (chat.transcript.model, chat.models);
    let (sought, typed) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    keep_up(chat);
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
        let fold = fold(parts.get()); // what was sought before the code for it came is sought again
        let names = list.with(|list| sought.with(|sought| offer(&list.names, sought, &chosen, fold)));
        let is_missing = list.with(|list| list.lacks(&chosen)) && typed.with(|typed| *typed != chosen);
        let options = names.into_iter().map(|name| {
            let is_missing = is_missing && name == chosen;
            option(name, is_missing)
        });
        options.collect_view()
    };
    let choose = move |name: String| {
        // A name that was typed in full needn't be in the list, and is sought no longer.
        if sought.with_untracked(|sought| sought.trim() == name) {
            typed.set(name.clone());
            sought.set(String::new());
        }
        session::keep_model(&name);
        model.set(name);
    };
    let long = move || list.with(|list| is_long(&list.names));
    // Where not all models are listed, the name of one can be typed.
    let can_type = move || list.with(|list| list.trouble.is_some());
    // Enter takes what is found, or else the name as it was typed. Leaving the field takes only what can't be found.
    let settle = move |is_enter: bool| {
        let name = sought.get_untracked().trim().to_owned();
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
                prop:value=sought
                on:input=move |event| sought.set(event_target_value(&event))
                on:change=move |_| settle(false)
                on:keydown=move |event| match event.key().as_str() {
                    _ if is_composing(&event) => {}
                    "Enter" => settle(true),
                    "Escape" => {
                        event.stop_propagation(); // it stops the answer everywhere else
                        sought.set(String::new());
                    }
                    _ => {}
                }
            />
            <select
                aria-label="Model"
                translate="no"
                on:focus=move |_| chat.list_again.notify()
                on:change=move |event| choose(event_target_value(&event))
            >
                {options}
                {move || parts.get().map(|LazyParts { other_models, .. }| other_models(chat, sought))}
            </select>
            // The keyboard and fingers reach it: the whole of it is shown where it has the focus.
            <p
                class="alert"
                tabindex="0"
                hidden=move || list.with(|list| list.trouble.is_none())
                prop:textContent=move || list.with(|list| list.trouble.clone()).unwrap_or_default()
            ></p>
        </div>
    }
}

/// Asks for the list, and again whenever that is due. A model server that was started after the page, or is back, is found
/// when somebody comes back to the window.
fn keep_up(chat: Chat) {
    let Chat { models, list_again, .. } = chat;
    Effect::new(move |_| {
        list_again.track();
        // Ends with the component, and when it is asked again.
        spawn_local_scoped_with_cancellation(async move {
            if let Ok(answer) = catalog().await
                && models.with_untracked(|models| *models != answer)
            {
                models.set(answer);
            }
        });
    });
    let focus = window_event_listener(ev::focus, move |_| {
        if is_doubtful(chat) {
            list_again.notify();
        }
    });
    on_cleanup(move || focus.remove());
}

/// Whether what is listed can't be all, or isn't true any more.
fn is_doubtful(chat: Chat) -> bool {
    let model = chat.transcript.model.get_untracked();
    chat.models.with_untracked(|list| list.is_partial() || list.names == [BUILT_IN] || list.lacks(&model))
}

/// The list follows the evidence. A model server that answers is there. One that failed may have gone, or have other models
/// now. A shutdown and a lost connection say nothing about models, and nobody would answer.
pub(crate) fn follow_evidence(chat: Chat) {
    let answers = Memo::new(move |_| chat.transcript.deltas.get() > 0);
    let failed =
        Memo::new(move |_| chat.transcript.exit.with(|exit| exit.as_ref().map(|exit| exit.reason == Reason::Failed)));
    Effect::new(move |before: Option<()>| {
        let is_news = answers.get() | failed.get().is_some();
        if before.is_some() && is_news && (failed.get() == Some(true) || is_doubtful(chat)) {
            chat.list_again.notify();
        }
    });
}
