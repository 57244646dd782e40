//! The list of models, and what is said there of each, in whichever dialect it is told.
//!
//! A list comes from outside, so it is read in one pass, up to [`MOST`] entries. Each entry is read on its own: one that
//! can't be understood is left out, and hides no other.

use app::chat::options::LONGEST_NAME;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::{Value, value::RawValue};
use std::{
    collections::{HashMap, HashSet},
    fmt,
};

/// How many entries of a list are read.
pub(crate) const MOST: usize = 10_000;

/// A model, as its server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// What it is called there.
    pub(crate) name: String,
    /// Whether it looks at pictures; none where the list doesn't tell.
    pub(crate) images: Option<bool>,
    /// How many tokens fit its context, if the list tells.
    pub(crate) context: Option<u64>,
    /// Whether llama-server has it, which can go on with a thought.
    pub(crate) is_llama_cpp: bool,
}

impl Listed {
    /// A model of which only the name is known.
    pub(super) fn of(name: &str) -> Self {
        Self { name: name.to_owned(), images: None, context: None, is_llama_cpp: false }
    }
}

/// The models of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// In the server's own order, each name once.
    pub(crate) models: Vec<Listed>,
    /// How many entries came after the first [`MOST`], and were not read.
    pub(crate) cut: usize,
}

impl Listing {
    /// What the models are called.
    pub(crate) fn names(&self) -> Vec<String> {
        self.models.iter().map(|model| model.name.clone()).collect()
    }
}

/// The models in `{"data":[{"id":…}]}`, in `{"models":[{"name":…}]}` or in a bare list; none if it is no list of models.
pub(super) fn models(body: &str) -> Option<Listing> {
    if body.trim_start().starts_with('[') {
        return listing(&serde_json::from_str(body).ok()?, &HashMap::new());
    }
    let body = serde_json::from_str::<Body<'_>>(body).ok()?;
    let others = body.models.and_then(|models| serde_json::from_str::<Entries<'_>>(models.get()).ok());
    let Some(data) = body.data else {
        // A server with no model to offer says so; anything else with such a field is something else.
        let is_list = body.object.is_some_and(|object| object.get() == "\"list\"");
        return others.map_or_else(|| is_list.then(Listing::default), |models| listing(&models, &HashMap::new()));
    };
    // llama-server lists its models twice, and says what they can do in the other list.
    let others = others.iter().flat_map(Entries::read).filter_map(|model| Some((name(&model)?, images(&model)?)));
    listing(&serde_json::from_str(data.get()).ok()?, &others.collect())
}

/// What is read of a list that is an object.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    models: Option<&'a RawValue>,
    #[serde(borrow, default)]
    object: Option<&'a RawValue>,
}

/// A list's first entries, not read yet, and how many came after them.
struct Entries<'a> {
    first: Vec<&'a RawValue>,
    more: usize,
}

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(First)
    }
}

struct First;

impl<'de> Visitor<'de> for First {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Entries<'de>, A::Error> {
        let mut entries = Entries { first: Vec::new(), more: 0 };
        while entries.first.len() < MOST
            && let Some(entry) = list.next_element()?
        {
            entries.first.push(entry);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            entries.more += 1;
        }
        Ok(entries)
    }
}

impl Entries<'_> {
    fn read(&self) -> impl Iterator<Item = Value> {
        self.first.iter().filter_map(|entry| serde_json::from_str(entry.get()).ok())
    }
}

/// The models among these entries; none if there are entries, and not one is a model.
fn listing(entries: &Entries<'_>, others: &HashMap<String, bool>) -> Option<Listing> {
    let mut names = HashSet::new();
    let mut models = Vec::new();
    for model in entries.read() {
        if let Some(name) = name(&model).filter(|name| names.insert(name.clone())) {
            let images = images(&model).or_else(|| others.get(&name).copied());
            let (context, is_llama_cpp) = (context(&model), model["owned_by"] == "llamacpp");
            models.push(Listed { name, images, context, is_llama_cpp });
        }
    }
    (!models.is_empty() || entries.first.is_empty()).then_some(Listing { models, cut: entries.more })
}

/// What a model is called. A name that can't be asked for, or that a terminal would obey, is none.
fn name(model: &Value) -> Option<String> {
    let name = ["id", "model", "name"].iter().find_map(|field| model[*field].as_str()).or(model.as_str())?;
    let is_name = !name.trim().is_empty() && name.len() <= LONGEST_NAME && !name.contains(char::is_control);
    is_name.then(|| name.to_owned())
}

/// How many tokens fit a model's context, under each name that servers have for it.
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
        models(list).unwrap().models.into_iter().map(|model| model.name).collect()
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
            assert_eq!(models(&format!("[{model}]")).unwrap().models[0].context, context, "{model}");
        }
        let list = r#"{"data":[{"id":"a","owned_by":"llamacpp"},{"id":"b","owned_by":"me"}]}"#;
        let is = models(list).unwrap().models.iter().map(|model| model.is_llama_cpp).collect::<Vec<_>>();
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
        let whole = models(&list(MOST)).unwrap();
        assert_eq!((whole.models.len(), whole.cut), (MOST, 0));
        let long = models(&list(MOST + 7)).unwrap();
        assert_eq!((long.models.len(), long.cut), (MOST, 7));
        assert_eq!(long.models[MOST - 1].name, format!("model-{}", MOST - 1));
    }

    #[test]
    fn a_list_that_is_told_twice_is_read_in_one_pass() {
        let entry = |n: usize| format!(r#"{{"id":"model-{n}","name":"model-{n}","capabilities":["completion"]}}"#);
        let entries = (0..MOST).map(entry).collect::<Vec<_>>().join(",");
        let body = format!(r#"{{"models":[{entries}],"object":"list","data":[{entries}]}}"#);
        let start = std::time::Instant::now();
        assert_eq!(models(&body).unwrap().models.len(), MOST);
        // Each with each would be a hundred million comparisons: minutes in a test's build.
        assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
    }

    #[test]
    fn a_server_without_models_has_an_empty_list() {
        assert_eq!(models(r#"{"object":"list","data":null}"#), Some(Listing::default()));
        assert_eq!(models(r#"{"object":"list","data":[]}"#), Some(Listing::default()));
    }

    #[test]
    fn what_lists_no_models_is_no_list() {
        for other in ["<html>", "{}", r#"{"data":null}"#, r#"{"data":{}}"#, r#"[{"title":"x"}]"#, "7", ""] {
            assert_eq!(models(other), None, "{other}");
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
            let listed = models(&format!("[{model}]")).unwrap().models;
            assert_eq!(listed, [Listed { images, ..Listed::of("a") }], "{model}");
        }
        let twice =
            r#"{"models":[{"name":"a","capabilities":["completion"]}],"object":"list","data":[{"id":"a"},{"id":"b"}]}"#;
        let images = models(twice).unwrap().models.into_iter().map(|model| model.images).collect::<Vec<_>>();
        assert_eq!(images, [Some(false), None]);
    }
}
