//! The few things that are asked of the browser itself.

use js_sys::Array;
use leptos::{
    html,
    prelude::*,
    wasm_bindgen::{JsCast, prelude::Closure},
    web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, HtmlElement, Url},
};
use std::time::Duration;

/// The page's clock, in milliseconds since it was opened.
#[must_use]
pub fn now_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Puts text on the clipboard. Browsers allow that on HTTPS and on this machine, and nowhere else.
pub fn copy(text: &str) {
    if window().is_secure_context() {
        // The promise needs no waiting for: it fails only where the person has forbidden it.
        _ = window().navigator().clipboard().write_text(text);
    }
}

/// Calls `tick` every second for as long as the component lives.
pub fn every_second(tick: impl Fn() + Send + Sync + Clone + 'static) {
    Effect::new(move |_| {
        if let Ok(interval) = set_interval(tick.clone(), Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
    });
}

/// A length of time as people say it: whole, since a figure with decimals would bring the code for them along.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
pub fn whole(ms: f64) -> u32 {
    ms.round() as u32
}

/// Does this in the next frame, also if what asks for it has been drawn anew by then: Leptos's own would end with that.
pub fn in_next_frame(act: impl FnOnce() + 'static) {
    let act = Closure::once_into_js(act);
    _ = window().request_animation_frame(act.unchecked_ref());
}

/// Puts the cursor into a field that is about to be shown.
pub fn focus_on(field: NodeRef<html::Input>) {
    drop(request_animation_frame(move || {
        if let Some(field) = field.get_untracked() {
            _ = field.focus();
            field.select();
        }
    }));
}

/// The first element on the page that this CSS selector means.
#[must_use]
pub fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// The box that questions are typed in, for [`find`].
pub const BOX: &str = "textarea[name=message]";

/// Puts the cursor into the box that questions are typed in.
pub fn focus_on_box() {
    if let Some(field) = find(BOX) {
        _ = field.focus();
    }
}

/// The text in a file that somebody picked; empty if it can't be read.
pub async fn text_of(file: &File) -> String {
    let read = file.text().await;
    read.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// Gives the person a file to keep.
pub fn save_file(name: &str, kind: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options);
    let Ok(url) = blob.and_then(|blob| Url::create_object_url_with_blob(&blob)) else { return };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    _ = Url::revoke_object_url(&url);
}
