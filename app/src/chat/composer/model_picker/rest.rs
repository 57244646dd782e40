//! The options after the listed models. Their code is lazy.

use crate::chat::{composer::model_picker::filter::left_out, conversation::case_fold::fold, session::Chat};
use leptos::prelude::*;

/// The number of models left out, and the typed name if no model is listed under it.
pub(crate) fn other_models(chat: Chat, query: RwSignal<String>) -> AnyView {
    let list = chat.models;
    let more = move || {
        let more = list.with(|list| query.with(|query| left_out(&list.names, query, fold)));
        let words = [more.to_string().as_str(), " more: search for them"].concat();
        (more > 0).then(|| view! { <option disabled=true prop:textContent=words></option> })
    };
    let typed = move || {
        let name = query.with(|query| query.trim().to_owned());
        let is_new = !name.is_empty() && !list.with(|list| list.names.contains(&name));
        let words = ["Use \"", &name, "\""].concat();
        is_new.then(|| view! { <option value=name prop:textContent=words></option> })
    };
    (more, typed).into_any()
}
