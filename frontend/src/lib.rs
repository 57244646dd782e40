//! Starcrossed in the browser.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// Called by the page as soon as this code has arrived: takes over what the server has drawn.
///
/// # Errors
/// A part of the program can't be fetched. The page's own script says so.
#[wasm_bindgen]
pub async fn hydrate() -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    if !app::app::load_page_code().await {
        return Err("Failed to load a part of the program.".into());
    }
    leptos::mount::hydrate_body(app::App);
    Ok(())
}

/// Room for the tool that splits the program: it moves each part's data together, aligned anew, and where that would be
/// longer than before, leaves all of it with what is fetched first.
#[used]
static ROOM: [u8; 2048] = [b' '; 2048];
