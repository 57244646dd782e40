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
pub struct ModelList {
    /// Their names; the first is the one that answers if none is named.
    pub names: Vec<String>,
    /// The names of those that are known not to look at pictures.
    pub text_only: Vec<String>,
    /// The names of those that can go on with a thought.
    pub reasoning_continuers: Vec<String>,
    /// Why there are none, or fewer than there should be.
    pub notice: Option<String>,
}

impl ModelList {
    /// Whether a model is known not to be there at the moment. Where there are several servers, `server/model` may be
    /// called by its plain name, too.
    #[must_use]
    pub fn is_missing(&self, model: &str) -> bool {
        let is_it =
            |name: &String| name.strip_suffix(model).is_some_and(|server| server.is_empty() || server.ends_with('/'));
        self.is_known() && !self.names.iter().any(is_it)
    }

    /// Whether a model is known to be able to go on with a thought; no name is the first's.
    #[must_use]
    pub fn continues_reasoning(&self, model: &str) -> bool {
        let model = if model.is_empty() { self.names.first().map_or("", String::as_str) } else { model };
        self.reasoning_continuers.iter().any(|name| name == model)
    }

    /// Whether what is listed may not be all that there is: then a name can be typed, and the list is worth another look.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.notice.is_some() || self.names.is_empty()
    }

    /// Whether the server has answered. Until it has, nothing is known to be missing.
    fn is_known(&self) -> bool {
        !self.names.is_empty() || self.notice.is_some()
    }
}

/// Asks the server.
///
/// # Errors
/// It can't be reached, or answers otherwise.
pub async fn fetch_models() -> Result<ModelList, JsValue> {
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

    fn of(names: &[&str], notice: Option<&str>) -> ModelList {
        let names = names.iter().map(ToString::to_string).collect();
        ModelList { names, notice: notice.map(Into::into), ..ModelList::default() }
    }

    #[test]
    fn a_thought_goes_on_where_that_is_known_to_work() {
        let list = ModelList { reasoning_continuers: vec!["a".into()], ..of(&["a", "b"], None) };
        assert!(list.continues_reasoning("a") && list.continues_reasoning("") && !list.continues_reasoning("b"));
        assert!(!ModelList::default().continues_reasoning(""));
    }

    #[test]
    fn a_model_is_missing_where_the_list_is_known_and_has_it_under_neither_name() {
        let list = of(&["local/llama", "far/org/y"], None);
        for (model, expected) in
            [("local/llama", false), ("llama", false), ("org/y", false), ("ama", true), ("far/llama", true)]
        {
            assert_eq!(list.is_missing(model), expected, "{model}");
        }
        assert!(!ModelList::default().is_missing("local/llama"));
        assert!(of(&[], Some("local: Nothing answers")).is_missing("local/llama"));
    }
}
