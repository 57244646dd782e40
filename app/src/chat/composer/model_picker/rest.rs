//! The options after the models of the list. Their code is fetched with the rest of the page's.

use crate::chat::{composer::model_picker::filter::left_out, conversation::case_fold::fold, session::Chat};
use leptos::prelude::*;

/// How many models are left out, and the name that was typed, if no model is listed under it.
pub(crate) fn other_models(chat: Chat, sought: RwSignal<String>) -> AnyView {
    let list = chat.models;
    let more = move || {
        let more = list.with(|list| sought.with(|sought| left_out(&list.names, sought, fold)));
        let words = [more.to_string().as_str(), " more: search for them"].concat();
        (more > 0).then(|| view! { <option disabled=true prop:textContent=words></option> })
    };
    let typed = move || {
        let name = sought.with(|sought| sought.trim().to_owned());
        let is_new = !name.is_empty() && !list.with(|list| list.names.contains(&name));
        let words = ["Use \"", &name, "\""].concat();
        is_new.then(|| view! { <option value=name prop:textContent=words></option> })
    };
    (more, typed).into_any()
}
