//! Finding elements, and the focus of the keyboard.

use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{HtmlElement, KeyboardEvent},
};

/// The first element on the page that this CSS selector means.
#[must_use]
pub fn query(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// The box that questions are typed in, for [`query`].
pub const COMPOSER_SELECTOR: &str = "textarea[name=message]";

/// Whether an input method takes this key. Safari says 229 of the one that ends its work.
#[must_use]
pub fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// Puts the cursor into the box that questions are typed in.
pub fn focus_composer() {
    if let Some(field) = query(COMPOSER_SELECTOR) {
        _ = field.focus();
    }
}
