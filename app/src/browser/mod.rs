//! Thin wrappers over browser APIs, without product logic. Everything that would change with the browser is here.
//!
//! | file | what it is |
//! |---|---|
//! | [`before_hydration`] | input and notices before the page's code runs |
//! | `random_id` | ids that no other tab uses |
//! | [`router`] | the address, and moving between addresses without a load |
//! | [`follow_scroll`] | a list that follows its end, and a reader who may be elsewhere |
//! | [`selection`] | the Selection API |
//! | [`theme`] | light or dark |
//! | `next_frame` | waits until the page is painted |

pub mod before_hydration;
pub mod follow_scroll;
pub(crate) mod next_frame;
mod random_id;
pub mod router;
pub mod selection;
pub mod theme;

pub use random_id::random_id;

use crate::browser::selection::Selected;
use js_sys::{Array, Function, Reflect, Uint8Array};
use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, JsValue, prelude::Closure},
    web_sys::{Blob, Clipboard, HtmlAnchorElement, HtmlDocument, HtmlElement, HtmlTextAreaElement, KeyboardEvent, Url},
};
use std::time::Duration;

/// The page's clock, in milliseconds since it was opened.
#[must_use]
pub fn now_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// The wall clock, in milliseconds since 1970.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a date is a whole number, after 1970")]
pub fn unix_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Whether the page came over HTTP/1, as a browser says it (<https://www.w3.org/TR/resource-timing/#dom-performanceresourcetiming-nexthopprotocol>).
#[must_use]
pub fn is_http_1() -> bool {
    let arrivals = window().performance().map(|clock| clock.get_entries_by_type("navigation"));
    let protocol = arrivals.and_then(|arrivals| Reflect::get(&arrivals.get(0), &"nextHopProtocol".into()).ok());
    protocol.and_then(|protocol| protocol.as_string()).is_some_and(|protocol| protocol.starts_with("http/1"))
}

/// Calls a method that the bindings don't have. None if there is no such method, or if it throws.
#[must_use]
pub fn call(object: &JsValue, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let function: Function = Reflect::get(object, &method.into()).ok()?.dyn_into().ok()?;
    function.apply(object, &arguments.iter().collect::<Array>()).ok()
}

/// Puts text on the clipboard; says whether it is there. Browsers have a clipboard for pages on HTTPS and on this machine;
/// everywhere else there is the old way.
pub async fn copy(text: &str) -> bool {
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into()).ok();
    match clipboard.and_then(|clipboard| clipboard.dyn_into::<Clipboard>().ok()) {
        Some(clipboard) if clipboard.write_text(text).await.is_ok() => true,
        _ => copy_with_exec_command(text).unwrap_or(false),
    }
}

/// Selects the text in a field that nobody sees, and copies what is selected.
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

/// Calls `tick` every second for as long as the component lives.
pub fn every_second(tick: impl Fn() + Send + Sync + Clone + 'static) {
    Effect::new(move |_| {
        if let Ok(interval) = set_interval(tick.clone(), Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
    });
}

/// Does this after so many milliseconds, also if what asks for it has ended by then: Leptos's own would end with that.
pub fn after(ms: u32, act: impl FnOnce() + 'static) {
    let act = Closure::once_into_js(act);
    _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(act.unchecked_ref(), ms.cast_signed());
}

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

/// A part of a file that somebody picked, from this byte to that; empty if it can't be read.
#[expect(clippy::cast_precision_loss, reason = "no file has 2^53 bytes")]
pub async fn bytes_of(file: &Blob, from: usize, to: usize) -> Vec<u8> {
    let Ok(part) = file.slice_with_f64_and_f64(from as f64, to as f64) else { return Vec::new() };
    let read = part.array_buffer().await;
    read.map(|buffer| Uint8Array::new(&buffer).to_vec()).unwrap_or_default()
}

/// Gives the person a file to keep.
pub fn save(name: &str, file: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(file) else { return };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    _ = Url::revoke_object_url(&url);
}
