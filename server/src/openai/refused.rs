//! Which part of a question a server refuses, as far as its words tell: OpenAI says `"param":"temperature"`, pydantic (vLLM,
//! FastAPI) `"loc":["body","top_k"]`, others name it in a sentence.

use super::{dialect::error_in, mend};
use serde_json::Value;

/// Fields of an error that hold the name of a parameter.
const NAMING: [&str; 7] = ["param", "params", "parameter", "loc", "field", "argument", "property"];

/// Parameters that some servers call by another name.
const ALIASES: [(&str, &str); 6] = [
    ("max_output_tokens", "max_tokens"),
    ("max_new_tokens", "max_tokens"),
    ("n_predict", "max_tokens"),
    ("num_predict", "max_tokens"),
    ("stop_sequences", "stop"),
    ("stop_words", "stop"),
];

/// Words that mean a parameter in a refusal of one that names none by its name.
const HINTS: [(&str, &str); 6] = [
    ("stream", "stream"),
    ("streaming", "stream"),
    ("effort", "reasoning_effort"),
    ("think", "reasoning_effort"),
    ("thinking", "reasoning_effort"),
    ("reasoning", "reasoning_effort"),
];

/// Parts of a question that can't be left out.
const NEEDED: [&str; 4] = ["messages", "model", "input", "prompt"];

/// Words of a refusal that is about a parameter, whatever its value.
const UNKNOWN: [&str; 22] = [
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
    "not implemented",
    "n't implemented",
    "cannot be used",
    "endpoints found that support",
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
    let Ok(json) = mend::read::<Value>(body) else { return named_in(body, sent).or_else(|| meant_in(body, sent)) };
    let named = named_by_field(&json, sent);
    if named.is_some() || is_about_needed(&json) {
        return named;
    }
    let words = error_in(body).unwrap_or_default();
    named_in(&words, sent).or_else(|| named_in_strings(&json, sent)).or_else(|| meant_in(&words, sent))
}

/// Whether a refusal says by a field that it is about something without which there is no question.
pub(super) fn is_about_needed_part(body: &str) -> bool {
    mend::read::<Value>(body).is_ok_and(|json| is_about_needed(&json))
}

fn is_about_needed(json: &Value) -> bool {
    match json {
        Value::Array(values) => values.iter().any(is_about_needed),
        Value::Object(fields) => {
            let is_needed = |value: &Value| match value {
                Value::String(path) => identifiers(path).any(|(_, name)| NEEDED.contains(&name)),
                Value::Array(path) => path.iter().any(|part| part.as_str().is_some_and(|part| NEEDED.contains(&part))),
                _ => false,
            };
            NAMING.iter().filter_map(|name| fields.get(*name)).any(is_needed) || fields.values().any(is_about_needed)
        }
        _ => false,
    }
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

/// The parameter that this value is the name of, or a path to: `stream_options.include_usage` is a part of `stream_options`, and
/// `reasoning.effort` is what `reasoning_effort` becomes.
fn names<'a>(value: &Value, sent: &[&'a str]) -> Option<&'a str> {
    match value {
        Value::String(path) => {
            let parts = identifiers(path).map(|(_, name)| name).collect::<Vec<_>>();
            if parts.iter().any(|part| NEEDED.contains(part)) {
                return None;
            }
            let named = parts.iter().rev().find_map(|name| known_as(name, sent));
            named.or_else(|| known_as(&parts.join("_"), sent))
        }
        Value::Array(path) if path.iter().any(|part| part.as_str().is_some_and(|part| NEEDED.contains(&part))) => None,
        Value::Array(path) => path.iter().rev().find_map(|part| names(part, sent)),
        _ => None,
    }
}

/// The parameter that a sentence means which says that something isn't supported.
fn meant_in<'a>(words: &str, sent: &[&'a str]) -> Option<&'a str> {
    if !is_unknown(words) {
        return None;
    }
    identifiers(words).find_map(|(_, word)| {
        let (_, name) = HINTS.iter().find(|(hint, _)| hint.eq_ignore_ascii_case(word))?;
        sent.iter().copied().find(|sent| sent == name)
    })
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
            (r#"{"error":{"message":"Unsupported parameter","param":"reasoning.effort"}}"#, "reasoning_effort"),
            (r#"{"error":{"message":"\"m\" does not support thinking"}}"#, "reasoning_effort"),
            ("Reasoning models do not support temperature", "temperature"),
            ("Streaming is not supported for this model", "stream"),
            ("Unrecognized request argument supplied: stream", "stream"),
            ("Unknown parameter: num_predict", "max_tokens"),
            ("No endpoints found that support seed", "seed"),
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
            r#"{"error":{"message":"A temperature is not allowed","param":"messages"}}"#,
            r#"{"error":{"message":"A temperature is not allowed","param":"messages[0].content"}}"#,
            r#"{"detail":[{"loc":["body","messages",0,"content"],"msg":"stop: not allowed"}]}"#,
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
