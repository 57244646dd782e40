//! Finds the field of a question that a server rejects: OpenAI sends `"param":"temperature"`, pydantic (vLLM, FastAPI) sends
//! `"loc":["body","top_k"]`, others name it in a sentence.

use crate::models::openai::{chunk::error_in, wire::json_repair};
use serde_json::Value;
use std::ops::Range;

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

/// Parameters whose names are words like any other.
const WORDS: [&str; 3] = ["stream", "stop", "seed"];

/// Words that may stand between a parameter's name and what is said of it.
const BETWEEN: [&str; 5] = ["is", "are", "was", "does", "do"];

/// The greatest distance of such a word from the name of the field, in bytes.
const NEAR: usize = 64;

/// Words that say that the next is a name.
const NOUNS: [&str; 12] = [
    "parameter",
    "parameters",
    "argument",
    "arguments",
    "field",
    "option",
    "property",
    "name",
    "value",
    "keyword",
    "supplied",
    "input",
];

/// Phrases of [`UNKNOWN`] after which the next word is what isn't supported. After any other, it needs a noun.
const VERBS: [&str; 4] = ["not support", "n't support", "endpoints found that support", "not accept"];

/// Parts of a question that can't be left out.
const NEEDED: [&str; 4] = ["messages", "model", "input", "prompt"];

/// Words of a refusal of a field, whatever its value.
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
pub(crate) fn culprit<'a>(body: &str, sent: &[&'a str]) -> Option<&'a str> {
    let Ok(json) = json_repair::read::<Value>(body) else {
        return named_in(body, sent).or_else(|| meant_in(body, sent));
    };
    let named = named_by_field(&json, sent);
    if named.is_some() || is_about_needed(&json) {
        return named;
    }
    let words = error_in(body).unwrap_or_default();
    named_in(&words, sent).or_else(|| named_in_strings(&json, sent)).or_else(|| meant_in(&words, sent))
}

/// The same, of an error whose number doesn't say that the question is wrong: only what is named as a parameter.
pub(crate) fn sure_culprit<'a>(body: &str, sent: &[&'a str]) -> Option<&'a str> {
    let Ok(json) = json_repair::read::<Value>(body) else { return surely_named_in(body, sent) };
    let named = named_by_field(&json, sent);
    if named.is_some() || is_about_needed(&json) {
        return named;
    }
    surely_named_in(&error_in(body).unwrap_or_default(), sent)
}

/// Whether a refusal says by a field that it is about something without which there is no question.
pub(crate) fn is_about_needed_part(body: &str) -> bool {
    json_repair::read::<Value>(body).is_ok_and(|json| is_about_needed(&json))
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

/// Whether a refusal rejects a field whatever its value.
pub(crate) fn is_unknown(body: &str) -> bool {
    has(body, &UNKNOWN)
}

/// Whether a refusal is about a parameter at all.
pub(crate) fn is_about_parameter(body: &str) -> bool {
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
    let words_alone = identifiers(words).filter(|(at, word)| !is_part_of_more(words, *at..at + word.len()));
    words_alone.map(|(_, word)| word).find_map(|word| {
        let (_, name) = HINTS.iter().find(|(hint, _)| hint.eq_ignore_ascii_case(word))?;
        sent.iter().copied().find(|sent| sent == name)
    })
}

/// The first parameter that is named in a sentence.
fn named_in<'a>(words: &str, sent: &[&'a str]) -> Option<&'a str> {
    named_where(words, sent, |name, at| !WORDS.contains(&name) || is_named(words, at))
}

/// The first parameter in a sentence that is surely its name.
fn surely_named_in<'a>(words: &str, sent: &[&'a str]) -> Option<&'a str> {
    named_where(words, sent, |_, at| is_named(words, at))
}

/// The first parameter in a sentence of which this is true, given its name and where it stands.
fn named_where<'a>(words: &str, sent: &[&'a str], is: impl Fn(&str, Range<usize>) -> bool) -> Option<&'a str> {
    identifiers(words).find_map(|(at, name)| {
        let end = at + name.len();
        known_as(name, sent).filter(|known| !is_part_of_more(words, at..end) && is(known, at..end))
    })
}

/// Whether the word is a part of another: `seed` in `seed-oss-36b`.
fn is_part_of_more(words: &str, at: Range<usize>) -> bool {
    let is_joined = |mark: Option<char>, next: Option<char>| {
        matches!(mark, Some('-' | '.')) && next.is_some_and(char::is_alphanumeric)
    };
    let (mut before, mut after) = (words[..at.start].chars().rev(), words[at.end..].chars());
    is_joined(before.next(), before.next()) || is_joined(after.next(), after.next())
}

/// Whether a word is named as a parameter: it is quoted, or it stands right beside what is said of it.
fn is_named(words: &str, at: Range<usize>) -> bool {
    let (before, after) = (&words[..at.start], &words[at.end..]);
    if before.ends_with(['\'', '"', '`', '“', '‘']) {
        return true;
    }
    let before = &before[before.ceil_char_boundary(before.len().saturating_sub(NEAR))..];
    let after = &after[..after.floor_char_boundary(NEAR)];
    is_said_of(&words[at], &before.to_ascii_lowercase(), &after.to_ascii_lowercase())
}

/// Whether `… is not supported` follows the word, or `unsupported parameter: …` stands before it.
fn is_said_of(word: &str, before: &str, after: &str) -> bool {
    let is_in = |words: &str, known: &[&str]| identifiers(words).all(|(_, word)| known.contains(&word));
    let is_word = WORDS.contains(&word.to_ascii_lowercase().as_str());
    UNKNOWN.iter().chain(&OF_VALUE).any(|phrase| {
        let follows = after.find(phrase).is_some_and(|start| is_in(&after[..start], &BETWEEN));
        let precedes = before.rfind(phrase).is_some_and(|start| {
            let between = before[start + phrase.len()..].trim_start_matches(char::is_alphanumeric);
            let has_noun = identifiers(between).next().is_some();
            is_in(between, &NOUNS) && (has_noun || !is_word || VERBS.contains(phrase))
        });
        follows || precedes
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
    fn an_error_of_the_server_is_told_from_a_refusal_of_a_parameter() {
        for body in [
            "Model seed-oss-36b is not available right now",
            "unexpected stop of the runner",
            "No such model: qwen3-thinking",
            "The temperature sensor is unknown: not available",
            "thinking is not supported",
            "Internal error. temperature 0.5, top_p 0.9. Backend not available",
            r#"{"error":{"message":"Model seed-oss-36b is not available right now"}}"#,
            r#"{"error":{"message":"Unexpected stop of the runner"}}"#,
        ] {
            assert_eq!(sure_culprit(body, &SENT), None, "{body}");
        }
        for body in [
            "Model seed-oss is not available",
            "unexpected stop of the runner",
            "stop.sequences is unknown",
            "No such model: qwen3-thinking",
        ] {
            assert_eq!(culprit(body, &SENT), None, "{body}");
        }
        for (body, name) in [
            ("seed is not allowed for your plan", "seed"),
            ("seed isn't supported", "seed"),
            ("stop doesn't support this. seed does not support it", "stop"),
            ("No endpoints found that support seed", "seed"),
            ("Unsupported parameter: stop", "stop"),
            ("unexpected keyword argument 'seed'", "seed"),
            ("temperature must be between 0 and 1", "temperature"),
            ("Invalid temperature.", "temperature"),
            (r#"{"error":{"message":"No","param":"stop"}}"#, "stop"),
            (r#"{"error":{"message":"unknown field: top_k"}}"#, "top_k"),
        ] {
            assert_eq!(sure_culprit(body, &SENT), Some(name), "{body}");
            assert_eq!(culprit(body, &SENT), Some(name), "{body}");
        }
    }

    #[test]
    fn a_refusal_of_a_value_is_told_from_one_of_the_parameter() {
        assert!(is_unknown("Unsupported value: 'temperature' does not support 0.2 with this model."));
        assert!(is_unknown("Extra inputs are not permitted"));
        assert!(!is_unknown("temperature must be between 0 and 1"));
    }
}
