//! The box grows with its text. CSS does that (`field-sizing`) in browsers that know it; this does it in the others.

use crate::browser::{COMPOSER_SELECTOR, query};
use leptos::{prelude::*, web_sys::css};

/// Makes the box as high as the draft, where CSS doesn't. CSS limits the height in any case.
pub(crate) fn grow_box(draft: RwSignal<String>) {
    if css::supports_with_value("field-sizing", "content") != Ok(true) {
        Effect::new(move |_| {
            draft.track();
            drop(request_animation_frame(fit)); // the draft is in the box by then
        });
    }
}

fn fit() {
    let Some(field) = query(COMPOSER_SELECTOR) else { return };
    _ = field.style().remove_property("height"); // the box would never shrink otherwise
    _ = field.style().set_property("height", &[&field.scroll_height().to_string(), "px"].concat());
}
