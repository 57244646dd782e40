//! Starcrossed in the browser.

/// Called by the page as soon as this code has arrived: takes over what the server has drawn.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
