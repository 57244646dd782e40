//! The box grows with what is typed. CSS does that (`field-sizing`), except in browsers that don't know it yet.

use crate::browser::{COMPOSER_SELECTOR, query};
use leptos::{prelude::*, web_sys::css};

/// Makes the box as high as the draft, where CSS doesn't. How high it gets at most, CSS says in any case.
pub(crate) fn grow_box(draft: RwSignal<String>) {
    if css::supports_with_value("field-sizing", "content") != Ok(true) {
        Effect::new(move |_| {
            draft.track();
            drop(request_animation_frame(fit)); // by then the draft stands in it
        });
    }
}

fn fit() {
    let Some(field) = query(COMPOSER_SELECTOR) else { return };
    _ = field.style().remove_property("height"); // or it would never shrink
    _ = field.style().set_property("height", &[&field.scroll_height().to_string(), "px"].concat());
}
