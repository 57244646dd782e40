//! Starcrossed in the browser.

/// Called by the page as soon as this code has arrived: takes over what the server has drawn.
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    if app::root::is_whole().await {
        leptos::mount::hydrate_body(app::App);
    }
}
