//! Starcrossed in the browser.

/// Called by the page as soon as this code has arrived: takes over what the server has drawn.
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    if app::root::is_whole().await {
        leptos::mount::hydrate_body(app::App);
    }
}

/// Room for the tool that splits the program: it moves each part's data together, aligned anew, and where that would be
/// longer than before, leaves all of it with what is fetched first.
#[used]
static ROOM: [u8; 2048] = [b' '; 2048];
