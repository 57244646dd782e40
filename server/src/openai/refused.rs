//! Which part of a question a server refuses, as far as its words tell: OpenAI says `"param":"temperature"`, pydantic (vLLM,
//! FastAPI) `"loc":["body","top_k"]`, others name it in a sentence.

use super::{dialect::error_in, mend};
use serde_json::Value;

/// Fields of an error that hold the name of a parameter.
const NAMING: [&str; 7] = ["param", "params", "parameter", "loc", "field", "argument", "property"];

/// Parameters that some servers call by another name.
const ALIASES: [(&str, &str); 3] =
    [("max_output_tokens", "max_tokens"), ("max_new_tokens", "max_tokens"), ("stop_sequences", "stop")];

/// Words of a refusal that is about a parameter, whatever its value.
const UNKNOWN: [&str; 18] = [
    "extra",
    "unknown",
    "unrecognized",
    "unrecognised",
    "unexpected",
    "unsupported",
    "not support",
    "n't support",
    "not permitted",
    "not allowed",
    "not accept",
    "not recognized",
    "not recognised",
    "not available",
    "no such",
    "deprecated",
    "additional propert",
    "incompatible",
];

/// Words of one that may be about its value alone.
const OF_VALUE: [&str; 6] = ["invalid", "not valid", "must be", "should be", "out of range", "too large"];

/// The parameter that the server names, of those that it was sent. The first, if it names several: the next refusal names the
/// others, if it is really about them.
pub(super) fn culprit<'a>(body: &str, sent: &[&'a str]) -> Option<&'a str> {
    let Ok(json) = mend::read::<Value>(body) else { return named_in(body, sent) };
    let words = error_in(body).unwrap_or_default();
    named_by_field(&json, sent).or_else(|| named_in(&words, sent)).or_else(|| named_in_strings(&json, sent))
}

/// Whether a refusal is about a parameter that the server doesn't take, with whatever value.
pub(super) fn is_unknown(body: &str) -> bool {
    has(body, &UNKNOWN)
}

/// Whether a refusal is about a parameter at all.
pub(super) fn is_about_parameter(body: &str) -> bool {
    has(body, &UNKNOWN) || has(body, &OF_VALUE)
}

fn has(body: &str, words: &[&str]) -> bool {
    let body = body.to_lowercase();
    words.iter().any(|word| body.contains(word))
}

/// The parameter that a field names whose job that is.
fn named_by_field<'a>(json: &Value, sent: &[&'a str]) -> Option<&'a str> {
    match json {
        Value::Array(values) => values.iter().find_map(|value| named_by_field(value, sent)),
        Value::Object(fields) => {
            let here = NAMING.iter().filter_map(|name| fields.get(*name)).find_map(|value| names(value, sent));
            here.or_else(|| fields.values().find_map(|value| named_by_field(value, sent)))
        }
        _ => None,
    }
}

/// The parameter that this value is the name of, or a path to.
fn names<'a>(value: &Value, sent: &[&'a str]) -> Option<&'a str> {
    match value {
        Value::String(path) => identifiers(path).last().and_then(|(_, name)| known_as(name, sent)),
        Value::Array(path) => path.iter().rev().find_map(|part| names(part, sent)),
        _ => None,
    }
}

/// The first parameter that is named in a sentence. `stream` is a word like any other, unless it is quoted.
fn named_in<'a>(words: &str, sent: &[&'a str]) -> Option<&'a str> {
    identifiers(words).find_map(|(at, name)| {
        let is_quoted = words[..at].ends_with(['\'', '"', '`', '“', '‘']);
        known_as(name, sent).filter(|name| *name != "stream" || is_quoted)
    })
}

fn named_in_strings<'a>(json: &Value, sent: &[&'a str]) -> Option<&'a str> {
    match json {
        Value::String(words) => named_in(words, sent),
        Value::Array(values) => values.iter().find_map(|value| named_in_strings(value, sent)),
        Value::Object(fields) => fields.values().find_map(|value| named_in_strings(value, sent)),
        _ => None,
    }
}

/// The words that could be names, and where they begin.
fn identifiers(words: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let words = words.split(move |c| !is_part(c)).map(move |word| (word.as_ptr().addr() - words.as_ptr().addr(), word));
    words.filter(|(_, word)| !word.is_empty())
}

/// The parameter that goes by this name: `topP` is `top_p`.
fn known_as<'a>(name: &str, sent: &[&'a str]) -> Option<&'a str> {
    let same = |one: &str, other: &str| plain(one).eq(plain(other));
    let name = ALIASES.iter().find(|(alias, _)| same(alias, name)).map_or(name, |(_, name)| *name);
    sent.iter().copied().find(|sent| same(sent, name))
}

fn plain(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: [&str; 8] =
        ["temperature", "top_p", "top_k", "max_tokens", "stop", "seed", "reasoning_effort", "stream"];

    #[test]
    fn a_parameter_is_found_in_whatever_way_it_is_named() {
        for (body, name) in [
            (
                r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0.2","param":"temperature"}}"#,
                "temperature",
            ),
            (
                r#"{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}"#,
                "max_tokens",
            ),
            (
                r#"{"detail":[{"type":"extra_forbidden","loc":["body","top_k"],"msg":"Extra inputs are not permitted"}]}"#,
                "top_k",
            ),
            (r#"{"error":{"message":"Invalid request","param":"body.generation.seed"}}"#, "seed"),
            (r#"{"error":{"message":"Invalid JSON payload received. Unknown name \"topP\""}}"#, "top_p"),
            (
                r#"{"object":"error","message":"[{'loc': ('body', 'stop'), 'msg': 'extra fields not permitted'}]"}"#,
                "stop",
            ),
            (r#"{"error":"json: unknown field \"reasoning_effort\""}"#, "reasoning_effort"),
            (r#"{"message":"Bad request","errors":{"detail":"`seed` is not supported"}}"#, "seed"),
            ("Unknown parameter: top_p", "top_p"),
            ("TypeError: create() got an unexpected keyword argument 'top_k'", "top_k"),
            ("max_output_tokens is too large", "max_tokens"),
            ("Temperature must be between 0 and 1", "temperature"),
            (r#"{"error":{"message":"'stream' does not support true with this model.","param":"stream"}}"#, "stream"),
            ("top_k, top_p and seed are not permitted", "top_k"),
        ] {
            assert_eq!(culprit(body, &SENT), Some(name), "{body}");
            assert!(is_about_parameter(body), "{body}");
        }
    }

    #[test]
    fn what_was_not_sent_or_only_looks_like_it_is_not_found() {
        for body in [
            "",
            "The stream broke",
            "Unsupported parameter: logprobs",
            r#"{"error":{"message":"Invalid model","param":"model"}}"#,
            r#"{"error":{"message":"No"},"request":{"temperature":0.5,"top_p":1}}"#,
            "stopped, seeds, temperatures, max_tokens_total",
        ] {
            assert_eq!(culprit(body, &SENT), None, "{body}");
        }
        assert_eq!(culprit("Unknown parameter: top_p", &["seed"]), None);
    }

    #[test]
    fn a_refusal_of_a_value_is_told_from_one_of_the_parameter() {
        assert!(is_unknown("Unsupported value: 'temperature' does not support 0.2 with this model."));
        assert!(is_unknown("Extra inputs are not permitted"));
        assert!(!is_unknown("temperature must be between 0 and 1"));
    }
}
