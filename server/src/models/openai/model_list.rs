//! The list of models, and what is said there of each, in whichever dialect it is told.
//!
//! A list comes from outside, so it is read in one pass, up to [`MOST`] entries. Each entry is read on its own: one that
//! can't be understood is left out, and hides no other.

use crate::models::openai::wire::json_repair::mended;
use app::chat::protocol::options::LONGEST_NAME;
use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Value, value::RawValue};
use std::{
    collections::{HashMap, HashSet},
    fmt,
};

/// The most entries of a list that are read.
pub(crate) const MOST: usize = 10_000;

/// A model, as its server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its name there.
    pub(crate) name: String,
    /// Whether it looks at pictures; none where the list doesn't tell.
    pub(crate) images: Option<bool>,
    /// The size of its context in tokens, if the list has it.
    pub(crate) context: Option<u64>,
    /// Whether llama-server has it, which can go on with a thought.
    pub(crate) is_llama_cpp: bool,
    /// Whether a router has it, which loads a model when it is asked for it.
    pub(crate) is_routed: bool,
}

impl Listed {
    /// A model of which only the name is known.
    pub(crate) fn of(name: &str) -> Self {
        Self { name: name.to_owned(), images: None, context: None, is_llama_cpp: false, is_routed: false }
    }
}

/// The models of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// In the server's own order, each name once.
    pub(crate) models: Vec<Listed>,
    /// The number of entries after the first [`MOST`], which were not read.
    pub(crate) cut: usize,
    /// Whether the list was too long to read, so that the number of missing entries is unknown.
    pub(crate) is_cut_off: bool,
    /// Whether every entry is `owned_by` `me`, as llama-cpp-python alone writes.
    pub(crate) interrupts: bool,
}

impl Listing {
    /// The names of the models.
    pub(crate) fn names(&self) -> Vec<String> {
        self.models.iter().map(|model| model.name.clone()).collect()
    }
}

/// The models in `{"data":[{"id":…}]}`, in `{"models":[{"name":…}]}` or in a bare list; none if it is no list of models. Of a body
/// that was cut off (`is_cut`), those that came before the cut.
pub(crate) fn models(body: &str, is_cut: bool) -> Option<Listing> {
    read(body, is_cut).or_else(|| read(&mended(body), is_cut))
}

fn read(body: &str, is_cut: bool) -> Option<Listing> {
    let mut lists = Lists::default();
    let whole = lists.deserialize(&mut serde_json::Deserializer::from_str(body));
    if whole.is_err() && !is_cut {
        return None;
    }
    let listing = lists.listing()?;
    (!is_cut || !listing.models.is_empty()).then_some(Listing { is_cut_off: is_cut, ..listing })
}

/// The lists in a body, as far as it could be read: what was read before an error stays.
#[derive(Default)]
struct Lists<'a> {
    /// The body itself, or its `data`.
    data: Entries<'a>,
    /// Its `models`. llama-server lists its models twice, and says what they can do in this list.
    models: Entries<'a>,
    /// Whether it says that it is a list.
    is_list: bool,
}

impl Lists<'_> {
    fn listing(&self) -> Option<Listing> {
        if self.data.first.is_empty()
            && !self.models.first.is_empty()
            && let Some(models) = listing(&self.models, &HashMap::new())
        {
            return Some(models);
        }
        if !self.data.is_list {
            // A server with no model to offer says so; anything else with such a field is something else.
            let is_empty = !self.data.is_other && self.models.first.is_empty() && (self.models.is_list || self.is_list);
            return is_empty.then(Listing::default);
        }
        let others = self.models.read().filter_map(|model| Some((name(&model)?, images(&model)?)));
        listing(&self.data, &others.collect())
    }
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for &mut Lists<'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for &mut Lists<'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of models")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.data.visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(field) = fields.next_key::<String>()? {
            match field.as_str() {
                "data" => fields.next_value_seed(&mut self.data)?,
                "models" => fields.next_value_seed(&mut self.models)?,
                "object" => self.is_list = fields.next_value::<&RawValue>()?.get() == "\"list\"",
                _ => _ = fields.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

/// A list's first entries, not read yet, and how many came after them.
#[derive(Default)]
struct Entries<'a> {
    first: Vec<&'a RawValue>,
    more: usize,
    is_list: bool,
    /// Whether something else stands in its place, and not even `null`.
    is_other: bool,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for &mut Entries<'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Skips everything but lists.
impl<'de: 'a, 'a> Visitor<'de> for &mut Entries<'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.is_list = true;
        while self.first.len() < MOST
            && let Some(entry) = list.next_element()?
        {
            self.first.push(entry);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            self.more += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        self.is_other = true;
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.is_other = true;
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.is_other = true;
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.is_other = true;
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.is_other = true;
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.is_other = true;
        Ok(())
    }
}

impl Entries<'_> {
    fn read(&self) -> impl Iterator<Item = Value> {
        self.first.iter().filter_map(|entry| serde_json::from_str(entry.get()).ok())
    }
}

/// The models among these entries; none if there are entries, and not one is a model.
fn listing(entries: &Entries<'_>, others: &HashMap<String, bool>) -> Option<Listing> {
    let (mut names, mut models) = (HashSet::new(), Vec::new());
    let mut all_are_me = true;
    for model in entries.read() {
        if let Some(name) = name(&model).filter(|name| names.insert(name.clone())) {
            let images = images(&model).or_else(|| others.get(&name).copied());
            let (context, is_llama_cpp) = (context(&model), model["owned_by"] == "llamacpp");
            let is_routed = model["status"]["value"].is_string();
            all_are_me &= model["owned_by"] == "me";
            models.push(Listed { name, images, context, is_llama_cpp, is_routed });
        }
    }
    let interrupts = all_are_me && !models.is_empty();
    let listing = Listing { models, cut: entries.more, is_cut_off: false, interrupts };
    (!listing.models.is_empty() || entries.first.is_empty()).then_some(listing)
}

/// The name of a model. None if it is too long to ask for, or has control characters that a terminal would obey.
fn name(model: &Value) -> Option<String> {
    let name = ["id", "model", "name"].iter().find_map(|field| model[*field].as_str()).or(model.as_str())?;
    let is_name = !name.trim().is_empty() && name.len() <= LONGEST_NAME && !name.contains(char::is_control);
    is_name.then(|| name.to_owned())
}

/// The size of a model's context in tokens, under each name that servers use.
fn context(model: &Value) -> Option<u64> {
    const NAMES: [&str; 6] = [
        "/meta/n_ctx",
        "/max_model_len",
        "/loaded_context_length",
        "/context_length",
        "/context_window",
        "/max_context_length",
    ];
    NAMES.iter().find_map(|name| model.pointer(name)?.as_u64()).filter(|tokens| *tokens > 0)
}

/// Whether a model looks at pictures, in each of the ways in which servers say so.
fn images(model: &Value) -> Option<bool> {
    let has = |list: &Value, word: &str| Some(list.as_array()?.iter().any(|entry| entry == word));
    let inputs = [&model["architecture"]["input_modalities"], &model["input_modalities"], &model["modalities"]];
    if let Some(images) = inputs.into_iter().find_map(|list| has(list, "image")) {
        return Some(images);
    }
    let can = &model["capabilities"];
    let sees = ["vision", "multimodal"].iter().any(|word| can[*word] == true || has(can, word) == Some(true));
    // Servers whose lists have `completion` in them name all that a model can do; other lists may leave pictures out.
    let tells = can["vision"].is_boolean() || has(can, "completion") == Some(true);
    (sees || tells).then_some(sees)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;

    fn names(list: &str) -> Vec<String> {
        models(list, false).unwrap().models.into_iter().map(|model| model.name).collect()
    }

    #[test]
    fn every_way_to_list_models_is_understood() {
        for list in [
            r#"{"object":"list","data":[{"id":"a","object":"model"},{"id":"b"}]}"#,
            r#"{"models":[{"name":"a","model":"a"},{"name":"b"}]}"#,
            r#"[{"id":"a"},{"id":"b"}]"#,
            r#"["a","b"]"#,
        ] {
            assert_eq!(names(list), ["a", "b"], "{list}");
        }
    }

    #[test]
    fn what_fits_the_context_is_told_under_many_names() {
        for (model, context) in [
            (r#"{"id":"a","meta":{"n_ctx":8192,"n_ctx_train":32768}}"#, Some(8192)),
            (r#"{"id":"a","max_model_len":4096}"#, Some(4096)),
            (r#"{"id":"a","context_length":0}"#, None),
            (r#"{"id":"a","context_length":"long"}"#, None),
            (r#"{"id":"a","meta":null}"#, None),
        ] {
            assert_eq!(models(&format!("[{model}]"), false).unwrap().models[0].context, context, "{model}");
        }
        let list = r#"{"data":[{"id":"a","owned_by":"llamacpp"},{"id":"b","owned_by":"me"}]}"#;
        let is = models(list, false).unwrap().models.iter().map(|model| model.is_llama_cpp).collect::<Vec<_>>();
        assert_eq!(is, [true, false]);
    }

    #[test]
    fn an_odd_entry_hides_no_other() {
        let (deep, long) = ("[".repeat(1000) + &"]".repeat(1000), "x".repeat(LONGEST_NAME + 1));
        for odd in [
            "null",
            "7",
            "{}",
            r#"{"title":"x"}"#,
            r#"{"id":7}"#,
            r#"{"id":null}"#,
            r#"{"id":""}"#,
            r#"{"id":"\ud83c"}"#,
            r#"{"id":"\u001b[2J"}"#,
            r#"{"id":"a"}"#,
            &format!(r#"{{"id":"{long}"}}"#),
            &format!(r#"{{"id":{deep}}}"#),
            &deep,
        ] {
            let list = format!(r#"{{"object":"list","data":[{{"id":"a"}},{odd},{{"id":"b"}}]}}"#);
            assert_eq!(names(&list), ["a", "b"], "{odd}");
        }
    }

    #[test]
    fn a_list_is_read_up_to_a_limit_and_what_is_left_out_is_counted() {
        let entry = |n: usize| format!(r#"{{"id":"model-{n}"}}"#);
        let list = |n: usize| format!("[{}]", (0..n).map(entry).collect::<Vec<_>>().join(","));
        let whole = models(&list(MOST), false).unwrap();
        assert_eq!((whole.models.len(), whole.cut), (MOST, 0));
        let long = models(&list(MOST + 7), false).unwrap();
        assert_eq!((long.models.len(), long.cut), (MOST, 7));
        assert_eq!(long.models[MOST - 1].name, format!("model-{}", MOST - 1));
    }

    #[test]
    fn of_a_list_that_was_cut_off_what_came_before_the_cut_is_read() {
        for list in [
            r#"{"object":"list","data":[{"id":"a"},{"id":"b"},{"id":"c"#,
            r#"{"models":[{"name":"a"},{"name":"b"},"#,
            r#"[{"id":"a"},{"id":"b"},{"id""#,
            r#"{"data":[{"id":"a","x":NaN},{"id":"b"},"#,
        ] {
            assert_eq!(models(list, false), None, "{list}");
            let cut = models(list, true).unwrap();
            assert_eq!((cut.names(), cut.is_cut_off), (vec!["a".to_owned(), "b".to_owned()], true), "{list}");
        }
        assert_eq!(models("<html>", true), None);
        assert_eq!(models(r#"{"object":"list","data":["#, true), None);
    }

    #[test]
    fn what_is_no_json_in_one_entry_hides_no_other() {
        for odd in [r#"{"id":"b","cost":NaN}"#, r#"{"id":"b","max":-Infinity}"#, "{\"id\":\"b\",\"note\":\"one\ttwo\"}"]
        {
            assert_eq!(names(&format!(r#"{{"data":[{{"id":"a"}},{odd},{{"id":"c"}}]}}"#)), ["a", "b", "c"], "{odd}");
        }
    }

    #[test]
    fn a_good_list_is_read_beside_what_is_none() {
        for data in ["{}", "null", "[]", "7", "\"x\"", "true", "-1.5", "{\"a\":[1]}"] {
            assert_eq!(names(&format!(r#"{{"data":{data},"models":[{{"name":"a"}}]}}"#)), ["a"], "{data}");
            assert_eq!(names(&format!(r#"{{"models":[{{"name":"a"}}],"data":{data}}}"#)), ["a"], "{data}");
        }
    }

    #[test]
    fn the_marks_of_llama_cpp_python_and_of_a_router_are_known() {
        let listing = |list| models(list, false).unwrap();
        assert!(listing(r#"{"data":[{"id":"a","owned_by":"me"},{"id":"b","owned_by":"me"}]}"#).interrupts);
        assert!(!listing(r#"{"data":[{"id":"a","owned_by":"me"},{"id":"b","owned_by":"you"}]}"#).interrupts);
        assert!(!listing(r#"{"data":[]}"#).interrupts);
        let routed = listing(r#"[{"id":"a","status":{"value":"unloaded"}},{"id":"b","status":"up"},"c"]"#);
        assert_eq!(routed.models.iter().map(|model| model.is_routed).collect::<Vec<_>>(), [true, false, false]);
    }

    #[test]
    fn a_list_that_is_told_twice_is_read_in_one_pass() {
        let entry = |n: usize| format!(r#"{{"id":"model-{n}","name":"model-{n}","capabilities":["completion"]}}"#);
        let entries = (0..MOST).map(entry).collect::<Vec<_>>().join(",");
        let body = format!(r#"{{"models":[{entries}],"object":"list","data":[{entries}]}}"#);
        let start = std::time::Instant::now();
        assert_eq!(models(&body, false).unwrap().models.len(), MOST);
        // Each with each would be a hundred million comparisons: minutes in a test's build.
        assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
    }

    #[test]
    fn a_server_without_models_has_an_empty_list() {
        assert_eq!(models(r#"{"object":"list","data":null}"#, false), Some(Listing::default()));
        assert_eq!(models(r#"{"object":"list","data":[]}"#, false), Some(Listing::default()));
    }

    #[test]
    fn what_lists_no_models_is_no_list() {
        for other in ["<html>", "{}", r#"{"data":null}"#, r#"{"data":{}}"#, r#"[{"title":"x"}]"#, "7", ""] {
            assert_eq!(models(other, false), None, "{other}");
        }
    }

    #[test]
    fn whether_a_model_looks_at_pictures_is_told_in_many_ways_and_mostly_not_at_all() {
        for (model, images) in [
            (r#"{"id":"a"}"#, None),
            (r#"{"id":"a","architecture":{"input_modalities":["text","image"]}}"#, Some(true)),
            (r#"{"id":"a","architecture":{"input_modalities":["text"]}}"#, Some(false)),
            (r#"{"id":"a","input_modalities":["text"]}"#, Some(false)),
            (r#"{"id":"a","modalities":["text","image"]}"#, Some(true)),
            (r#"{"id":"a","capabilities":{"vision":false}}"#, Some(false)),
            (r#"{"id":"a","capabilities":{"vision":true}}"#, Some(true)),
            (r#"{"id":"a","capabilities":{"fine_tuning":true}}"#, None),
            (r#"{"id":"a","capabilities":["completion","vision"]}"#, Some(true)),
            (r#"{"id":"a","capabilities":["completion","tools"]}"#, Some(false)),
            (r#"{"id":"a","capabilities":["tools"]}"#, None),
            (r#""a""#, None),
        ] {
            let listed = models(&format!("[{model}]"), false).unwrap().models;
            assert_eq!(listed, [Listed { images, ..Listed::of("a") }], "{model}");
        }
        let twice =
            r#"{"models":[{"name":"a","capabilities":["completion"]}],"object":"list","data":[{"id":"a"},{"id":"b"}]}"#;
        let images = models(twice, false).unwrap().models.into_iter().map(|model| model.images).collect::<Vec<_>>();
        assert_eq!(images, [Some(false), None]);
    }
}
