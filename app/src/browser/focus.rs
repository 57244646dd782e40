//! Finding elements, and the focus of the keyboard.

use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{HtmlElement, KeyboardEvent},
};

/// The first element that matches this CSS selector.
#[must_use]
pub fn query(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// The selector of the message box, for [`query`].
pub const COMPOSER_SELECTOR: &str = "textarea[name=message]";

/// Whether an input method handles this key. Safari reports the key that ends a composition with the code 229.
#[must_use]
pub fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// Moves the focus to the message box.
pub fn focus_composer() {
    if let Some(field) = query(COMPOSER_SELECTOR) {
        _ = field.focus();
    }
}
