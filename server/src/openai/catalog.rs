//! The list of models, and what is said there of each, in whichever dialect it is told.

use serde_json::Value;

/// A model, as its server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// What it is called there.
    pub(crate) name: String,
    /// Whether it looks at pictures; none where the list doesn't tell.
    pub(crate) images: Option<bool>,
}

/// The models in `{"data":[{"id":…}]}`, in `{"models":[{"name":…}]}` or in a bare list; none if it is no list of models.
pub(super) fn models(body: &[u8]) -> Option<Vec<Listed>> {
    let body = serde_json::from_slice::<Value>(body).ok()?;
    let models = match &body {
        Value::Array(models) => models,
        Value::Object(fields) => match fields.get("data").or_else(|| fields.get("models"))? {
            Value::Array(models) => models,
            // A server with no model to offer says so; anything else with such a field is something else.
            Value::Null if fields.get("object").is_some_and(|object| object == "list") => return Some(Vec::new()),
            _ => return None,
        },
        _ => return None,
    };
    // llama-server lists its models twice, and says what they can do in the other list.
    let others = body.get("models").and_then(Value::as_array);
    let listed = |model: &Value| {
        let name = name(model)?;
        let other = others.and_then(|others| others.iter().find(|other| self::name(other).as_ref() == Some(&name)));
        Some(Listed { name, images: images(model).or_else(|| other.and_then(images)) })
    };
    models.iter().map(listed).collect()
}

fn name(model: &Value) -> Option<String> {
    let name = ["id", "model", "name"].iter().find_map(|field| model[*field].as_str()).or(model.as_str())?;
    Some(name.to_owned())
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

    #[test]
    fn every_way_to_list_models_is_understood() {
        for list in [
            r#"{"object":"list","data":[{"id":"a","object":"model"},{"id":"b"}]}"#,
            r#"{"models":[{"name":"a","model":"a"},{"name":"b"}]}"#,
            r#"[{"id":"a"},{"id":"b"}]"#,
            r#"["a","b"]"#,
        ] {
            let names = models(list.as_bytes()).unwrap().into_iter().map(|model| model.name).collect::<Vec<_>>();
            assert_eq!(names, ["a", "b"], "{list}");
        }
    }

    #[test]
    fn a_server_without_models_has_an_empty_list() {
        assert_eq!(models(br#"{"object":"list","data":null}"#), Some(Vec::new()));
        assert_eq!(models(br#"{"object":"list","data":[]}"#), Some(Vec::new()));
    }

    #[test]
    fn what_lists_no_models_is_no_list() {
        for other in ["<html>", "{}", r#"{"data":null}"#, r#"{"data":{}}"#, r#"[{"title":"x"}]"#, "7", ""] {
            assert_eq!(models(other.as_bytes()), None, "{other}");
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
            let listed = models(format!("[{model}]").as_bytes());
            assert_eq!(listed, Some(vec![Listed { name: "a".into(), images }]), "{model}");
        }
        let twice = br#"{"models":[{"name":"a","capabilities":["completion"]}],"object":"list","data":[{"id":"a"},{"id":"b"}]}"#;
        let images = models(twice).unwrap().into_iter().map(|model| model.images).collect::<Vec<_>>();
        assert_eq!(images, [Some(false), None]);
    }
}
