//! Browser APIs that the bindings don't have.

use js_sys::{Array, Function, Reflect};
use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
};

/// Calls a method that the bindings don't have. None if there is no such method, or if it throws.
#[must_use]
pub fn call(object: &JsValue, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let function: Function = Reflect::get(object, &method.into()).ok()?.dyn_into().ok()?;
    function.apply(object, &arguments.iter().collect::<Array>()).ok()
}

/// Whether the page came over HTTP/1, as a browser says it (<https://www.w3.org/TR/resource-timing/#dom-performanceresourcetiming-nexthopprotocol>).
#[must_use]
pub fn is_http_1() -> bool {
    let arrivals = window().performance().map(|clock| clock.get_entries_by_type("navigation"));
    let protocol = arrivals.and_then(|arrivals| Reflect::get(&arrivals.get(0), &"nextHopProtocol".into()).ok());
    protocol.and_then(|protocol| protocol.as_string()).is_some_and(|protocol| protocol.starts_with("http/1"))
}
