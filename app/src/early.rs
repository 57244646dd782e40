//! What a person does before the page's code has arrived. The page is there at once and looks ready, so it has to be:
//! text typed then stays in the box, and Send pressed then is remembered and done as soon as it can be.

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};

/// Runs in the head of every page, before anything can be pressed. It keeps a form that nobody hears yet from leaving
/// the page, and notes that it was sent.
pub const SCRIPT: &str = "{const d=document,r=d.documentElement,send=e=>{if(!('ready' in r.dataset)){e.preventDefault();\
    r.dataset.early='sent'}};d.addEventListener('submit',send,true);d.addEventListener('keydown',e=>{if(e.key=='Enter'&&\
    !e.shiftKey&&!e.isComposing&&e.target.name=='message')send(e)},true)}";

/// What was typed, and whether it was sent.
#[derive(Debug)]
pub struct Typed {
    /// What stood in the box.
    pub text: String,
    /// Send was pressed.
    pub sent: bool,
}

/// What was done early. A second time there is nothing.
#[must_use]
pub fn take() -> Typed {
    let sent = document().document_element().is_some_and(|root| {
        let sent = root.has_attribute("data-early");
        _ = root.remove_attribute("data-early");
        sent
    });
    let field = document().query_selector("textarea[name=message]").ok().flatten();
    let text = field.map(|field| event_value(&field)).unwrap_or_default();
    Typed { text, sent }
}

/// From here on the page hears everything itself.
pub fn ready() {
    if let Some(root) = document().document_element() {
        _ = root.set_attribute("data-ready", "");
    }
}

fn event_value(field: &web_sys::Element) -> String {
    field.dyn_ref::<web_sys::HtmlTextAreaElement>().map(web_sys::HtmlTextAreaElement::value).unwrap_or_default()
}
