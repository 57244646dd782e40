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
    /// The names of those that are known not to look at pictures.
    pub blind: Vec<String>,
    /// The names of those that can go on with a thought.
    pub thinkers: Vec<String>,
    /// Why there are none, or fewer than there should be.
    pub trouble: Option<String>,
}

impl Catalog {
    /// Whether a model is known not to be there at the moment. Where there are several servers, `server/model` may be
    /// called by its plain name, too.
    #[must_use]
    pub fn lacks(&self, model: &str) -> bool {
        let is_it =
            |name: &String| name.strip_suffix(model).is_some_and(|server| server.is_empty() || server.ends_with('/'));
        self.is_known() && !self.names.iter().any(is_it)
    }

    /// Whether a model is known to be able to go on with a thought; no name is the first's.
    #[must_use]
    pub fn thinks_on(&self, model: &str) -> bool {
        let model = if model.is_empty() { self.names.first().map_or("", String::as_str) } else { model };
        self.thinkers.iter().any(|name| name == model)
    }

    /// Whether what is listed may not be all that there is: then a name can be typed, and the list is worth another look.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.trouble.is_some() || self.names.is_empty()
    }

    /// Whether the server has answered. Until it has, nothing is known to be missing.
    fn is_known(&self) -> bool {
        !self.names.is_empty() || self.trouble.is_some()
    }
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
    let is_blind = |model: &JsValue| Reflect::get(model, &"images".into()).is_ok_and(|images| images == false);
    let thinks_on = |model: &JsValue| Reflect::get(model, &"continues_thought".into()).is_ok_and(|can| can == true);
    Ok(Catalog {
        names: models.iter().filter_map(name).collect(),
        blind: models.iter().filter(is_blind).filter_map(name).collect(),
        thinkers: models.iter().filter(thinks_on).filter_map(name).collect(),
        trouble: Reflect::get(&list, &"message".into())?.as_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str], trouble: Option<&str>) -> Catalog {
        let names = names.iter().map(ToString::to_string).collect();
        Catalog { names, trouble: trouble.map(Into::into), ..Catalog::default() }
    }

    #[test]
    fn a_thought_goes_on_where_that_is_known_to_work() {
        let list = Catalog { thinkers: vec!["a".into()], ..of(&["a", "b"], None) };
        assert!(list.thinks_on("a") && list.thinks_on("") && !list.thinks_on("b"));
        assert!(!Catalog::default().thinks_on(""));
    }

    #[test]
    fn a_model_is_missing_where_the_list_is_known_and_has_it_under_neither_name() {
        let list = of(&["local/llama", "far/org/y"], None);
        for (model, is_missing) in
            [("local/llama", false), ("llama", false), ("org/y", false), ("ama", true), ("far/llama", true)]
        {
            assert_eq!(list.lacks(model), is_missing, "{model}");
        }
        assert!(!Catalog::default().lacks("local/llama"));
        assert!(of(&[], Some("local: Nothing answers")).lacks("local/llama"));
    }
}
