//! The list of models, from `GET /api/models`. It is read with the browser's JSON parser, because the first visit reads no
//! other JSON and a parser in WebAssembly would double its download.

use js_sys::{Array, Reflect};
use leptos::{
    prelude::window,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::Response,
};

/// The models that a person can select.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelList {
    /// The names of all models. The first is the default.
    pub names: Vec<String>,
    /// The names of models that are known not to read pictures.
    pub text_only: Vec<String>,
    /// The names of models that can continue an interrupted reasoning.
    pub reasoning_continuers: Vec<String>,
    /// The server's message if the list is empty or incomplete.
    pub notice: Option<String>,
}

impl ModelList {
    /// Whether a model is known to be unavailable. With several model servers, `server/model` also has the name `model`.
    #[must_use]
    pub fn is_missing(&self, model: &str) -> bool {
        let is_this =
            |name: &String| name.strip_suffix(model).is_some_and(|server| server.is_empty() || server.ends_with('/'));
        self.is_known() && !self.names.iter().any(is_this)
    }

    /// Whether a model is known to continue an interrupted reasoning. An empty name is the default model.
    #[must_use]
    pub fn continues_reasoning(&self, model: &str) -> bool {
        let model = if model.is_empty() { self.names.first().map_or("", String::as_str) } else { model };
        self.reasoning_continuers.iter().any(|name| name == model)
    }

    /// Whether the list may be incomplete. A person can then type a name, and the page fetches the list again.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.notice.is_some() || self.names.is_empty()
    }

    /// Whether the server has answered. Until then no model is known to be missing.
    fn is_known(&self) -> bool {
        !self.names.is_empty() || self.notice.is_some()
    }
}

/// Fetches the list from the server.
///
/// # Errors
/// The server can't be reached, or its answer is not a list.
pub(crate) async fn fetch_models() -> Result<ModelList, JsValue> {
    let response: Response = window().fetch_with_str("/api/models").await?.dyn_into()?;
    let list = response.json()?.await?;
    let models = Array::from(&Reflect::get(&list, &"data".into())?);
    let name = |model: JsValue| Reflect::get(&model, &"id".into()).ok()?.as_string();
    let is_text_only = |model: &JsValue| Reflect::get(model, &"images".into()).is_ok_and(|images| images == false);
    let continues_reasoning =
        |model: &JsValue| Reflect::get(model, &"continues_thought".into()).is_ok_and(|can| can == true);
    Ok(ModelList {
        names: models.iter().filter_map(name).collect(),
        text_only: models.iter().filter(is_text_only).filter_map(name).collect(),
        reasoning_continuers: models.iter().filter(continues_reasoning).filter_map(name).collect(),
        notice: Reflect::get(&list, &"message".into())?.as_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str], notice: Option<&str>) -> ModelList {
        let names = names.iter().map(ToString::to_string).collect();
        ModelList { names, notice: notice.map(Into::into), ..ModelList::default() }
    }

    #[test]
    fn reasoning_continues_only_with_models_that_support_it() {
        let list = ModelList { reasoning_continuers: vec!["a".into()], ..list(&["a", "b"], None) };
        assert!(list.continues_reasoning("a") && list.continues_reasoning("") && !list.continues_reasoning("b"));
        assert!(!ModelList::default().continues_reasoning(""));
    }

    #[test]
    fn a_model_is_missing_if_a_known_list_has_neither_name() {
        let known = list(&["local/llama", "far/org/y"], None);
        for (model, expected) in
            [("local/llama", false), ("llama", false), ("org/y", false), ("ama", true), ("far/llama", true)]
        {
            assert_eq!(known.is_missing(model), expected, "{model}");
        }
        assert!(!ModelList::default().is_missing("local/llama"));
        assert!(list(&[], Some("local: Nothing answers")).is_missing("local/llama"));
    }
}
