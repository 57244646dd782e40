//! Copying text to the clipboard.

use crate::browser::selection::Selected;
use js_sys::Reflect;
use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Clipboard, HtmlDocument, HtmlElement, HtmlTextAreaElement},
};

/// Copies text to the clipboard and returns whether that worked. Browsers offer the Clipboard API only in secure contexts
/// (HTTPS and localhost); elsewhere `execCommand` does it.
pub async fn copy(text: &str) -> bool {
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into()).ok();
    match clipboard.and_then(|clipboard| clipboard.dyn_into::<Clipboard>().ok()) {
        Some(clipboard) if clipboard.write_text(text).await.is_ok() => true,
        _ => copy_with_exec_command(text).unwrap_or(false),
    }
}

/// Copies by selecting the text in a visually hidden field.
fn copy_with_exec_command(text: &str) -> Option<bool> {
    let page = document().dyn_into::<HtmlDocument>().ok()?;
    let (before, selected) = (page.active_element(), Selected::now());
    let field = page.create_element("textarea").ok()?.dyn_into::<HtmlTextAreaElement>().ok()?;
    field.set_class_name("visually-hidden");
    field.set_value(text);
    page.body()?.prepend_with_node_1(&field).ok()?; // at the top, or the page would be scrolled to it
    field.select();
    let copied = page.exec_command("copy").ok();
    field.remove();
    // The focus and the selection go back to where they were taken from.
    if let Some(before) = before.and_then(|before| before.dyn_into::<HtmlElement>().ok()) {
        _ = before.focus();
    }
    if let Some(selected) = selected {
        selected.select();
    }
    copied
}
