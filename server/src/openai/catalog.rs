//! The list of models, in whichever dialect it is told.

use serde_json::Value;

/// The names in `{"data":[{"id":…}]}`, in `{"models":[{"name":…}]}` or in a bare list; none if it is no list of models.
pub(super) fn names(body: &[u8]) -> Option<Vec<String>> {
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
    models.iter().map(name).collect()
}

fn name(model: &Value) -> Option<String> {
    let name = ["id", "model", "name"].iter().find_map(|field| model[*field].as_str()).or(model.as_str())?;
    Some(name.to_owned())
}

#[cfg(test)]
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
            assert_eq!(names(list.as_bytes()), Some(vec!["a".into(), "b".into()]), "{list}");
        }
    }

    #[test]
    fn a_server_without_models_has_an_empty_list() {
        assert_eq!(names(br#"{"object":"list","data":null}"#), Some(Vec::new()));
        assert_eq!(names(br#"{"object":"list","data":[]}"#), Some(Vec::new()));
    }

    #[test]
    fn what_lists_no_models_is_no_list() {
        for other in ["<html>", "{}", r#"{"data":null}"#, r#"{"data":{}}"#, r#"[{"title":"x"}]"#, "7", ""] {
            assert_eq!(names(other.as_bytes()), None, "{other}");
        }
    }
}
