//! Which models there are, as the page reads it: `GET /api/models`, with the browser's own JSON reader. The first visit
//! needs this and nothing else of what the server says, and a reader of ours would double what it carries.

use js_sys::{Array, Reflect};
use leptos::{
    prelude::window,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::Response,
};

/// The models that can be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// Their names; the first is the one that answers if none is named.
    pub names: Vec<String>,
    /// Why there are none, or fewer than there should be.
    pub trouble: Option<String>,
}

/// Asks the server.
///
/// # Errors
/// It can't be reached, or answers otherwise.
pub async fn catalog() -> Result<Catalog, JsValue> {
    let response: Response = window().fetch_with_str("/api/models").await?.dyn_into()?;
    let list = response.json()?.await?;
    let models = Array::from(&Reflect::get(&list, &"data".into())?);
    let name = |model: JsValue| Reflect::get(&model, &"id".into()).ok()?.as_string();
    Ok(Catalog {
        names: models.iter().filter_map(name).collect(),
        trouble: Reflect::get(&list, &"message".into())?.as_string(),
    })
}
