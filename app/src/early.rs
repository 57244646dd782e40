//! What a person does before the page's code has arrived. The page is there at once and looks ready, so it has to be:
//! text typed then stays in the box, and what was pressed then is done as soon as it can be, in the same order.

use leptos::{
    ev::Event,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlTextAreaElement},
};
use std::time::Duration;

/// Runs in the head of every page, before anything can be pressed. It notes every click on a button or a box, and keeps a
/// form that nobody hears yet from leaving the page. Enter in the box is a click on Send. When the page is ready, all that
/// is clicked once more. The box has the focus from the beginning, unless that would push a keyboard up under a finger.
pub const SCRIPT: &str = "{const d=document,r=d.documentElement,clicked=[],on=(type,act)=>d.addEventListener(type,e=>{\
    if(!('ready' in r.dataset))act(e)},true);\
    on('click',e=>{const b=e.target.closest('button,input');if(b)clicked.push(b)});\
    on('submit',e=>{e.preventDefault();r.dataset.early='sent'});\
    on('keydown',e=>{if(e.key=='Enter'&&!e.shiftKey&&!e.isComposing&&e.target.name=='message'){e.preventDefault();\
    e.target.form.querySelector('[type=submit]').click()}});\
    d.addEventListener('DOMContentLoaded',()=>{if(d.activeElement==d.body&&\
    matchMedia('(width>=52rem) and (pointer:fine)').matches)d.querySelector('[name=message]')?.focus()});\
    d.addEventListener('ready',()=>{delete r.dataset.early;for(const b of clicked.splice(0))if(b.isConnected)b.click()})}";

/// What has been typed into the box.
#[must_use]
pub fn typed() -> String {
    let field = document().query_selector("textarea[name=message]").ok().flatten();
    field.as_ref().and_then(Element::dyn_ref).map(HtmlTextAreaElement::value).unwrap_or_default()
}

/// From here on the page hears everything itself, beginning with what was done before: as soon as all that is being done
/// now has been.
pub fn done() {
    drop(set_timeout(ready, Duration::ZERO));
}

fn ready() {
    if let Some(root) = document().document_element() {
        _ = root.set_attribute("data-ready", "");
    }
    if let Ok(event) = Event::new("ready") {
        _ = document().dispatch_event(&event);
    }
}
