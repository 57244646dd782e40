//! JSON that is nearly JSON, made JSON. Python writes `NaN` and `Infinity` where it has no number, and some servers leave control
//! characters in their strings as they are ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) allows neither). One such value
//! is no reason to lose all the others.

use crate::models::openai::wire::surrogates;
use serde::de::DeserializeOwned;

/// Python's names for numbers that JSON doesn't have, the longest first.
const NO_NUMBERS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// Parses JSON, after a repair if necessary.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> serde_json::Result<T> {
    serde_json::from_str(json).or_else(|_| serde_json::from_str(&mended(json)))
}

/// The same, with a mark in place of half a character, and whether there is one: the other half may come later.
pub(crate) fn read_marked<T: DeserializeOwned>(json: &str) -> serde_json::Result<(T, bool)> {
    if let Ok(read) = serde_json::from_str(json) {
        return Ok((read, false));
    }
    let (json, has_halves) = surrogates::marked(&but_for_halves(json));
    Ok((serde_json::from_str(&json)?, has_halves))
}

/// The same text: outside of strings, `null` in place of what is no number; in strings, a space in place of each control character,
/// and `\ufffd` in place of half a character.
pub(crate) fn mended(json: &str) -> String {
    surrogates::replaced(&but_for_halves(json))
}

fn but_for_halves(json: &str) -> String {
    let (mut whole, mut rest, mut is_string) = (String::with_capacity(json.len()), json, false);
    while let Some(first) = rest.chars().next() {
        let (kept, length) = match (is_string, first) {
            (true, '\\') => escape(rest),
            (true, _) if first.is_ascii_control() => (" ", 1),
            (false, _) => no_number(rest).unwrap_or_else(|| character(rest, first)),
            _ => character(rest, first),
        };
        is_string ^= first == '"';
        whole.push_str(kept);
        rest = &rest[length..];
    }
    whole
}

/// The replacement for the start of the text, and the length that it replaces.
type Piece<'a> = (&'a str, usize);

fn character(rest: &str, first: char) -> Piece<'_> {
    (&rest[..first.len_utf8()], first.len_utf8())
}

/// A backslash and what it escapes, which may be a quotation mark.
fn escape(rest: &str) -> Piece<'_> {
    let end = rest.char_indices().nth(2).map_or(rest.len(), |(end, _)| end);
    let is_control = rest[1..end].starts_with(|c: char| c.is_ascii_control());
    if is_control { (" ", end) } else { (&rest[..end], end) }
}

fn no_number(rest: &str) -> Option<Piece<'_>> {
    let name = NO_NUMBERS.iter().find(|name| rest.starts_with(**name))?;
    Some(("null", name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_does_not_allow_is_replaced_and_nothing_else() {
        for (json, whole) in [
            (r#"{"a":NaN,"b":-Infinity,"c":[Infinity]}"#, r#"{"a":null,"b":null,"c":[null]}"#),
            (r#"{"NaN":"NaN Infinity"}"#, r#"{"NaN":"NaN Infinity"}"#),
            ("{\"a\":\"b\tc\u{1}d\ne\"}\n", "{\"a\":\"b c d e\"}\n"),
            (r#"{"a":"\"NaN\\"}"#, r#"{"a":"\"NaN\\"}"#),
            ("\"a\\\tb\"", "\"a b\""),
            (r#""\ud83c""#, r#""\ufffd""#),
            (r#""\ud83c\udf1f é🌟""#, r#""\ud83c\udf1f é🌟""#),
            (r#""\"#, r#""\"#),
            ("", ""),
        ] {
            assert_eq!(mended(json), whole, "{json}");
        }
    }
}
