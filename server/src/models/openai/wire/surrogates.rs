//! Halves of characters. JSON may write a character beyond the first 65,536 as two escapes, `\ud83c\udf1f`, and a server
//! that cuts text where it likes (JavaScript counts in halves) sends one without the other. That is no character, and no
//! reason to lose an answer. The other half may come in the next event. So may the other bytes of a character
//! ([`strays`](crate::models::openai::wire::stray_bytes)).

use crate::models::openai::wire::stray_bytes::byte;
use std::mem;

/// The replacement character.
const UNKNOWN: &str = "\\ufffd";

/// The first of 2,048 characters that stand for halves until the next character is known. They are for private use,
/// and nobody has a use for them; an event that has one in it is left alone.
const MARKS: u32 = 0x0010_f800;

/// The first of the 2,048 halves.
const HALVES: u16 = 0xd800;

/// The same JSON, with [`UNKNOWN`] in place of each half that stands alone.
pub(crate) fn replaced(json: &str) -> String {
    replaced_by(json, |_| UNKNOWN.into())
}

/// The same JSON, with a mark in place of each half that stands alone, and whether there is one.
pub(crate) fn marked(json: &str) -> (String, bool) {
    if json.chars().any(|c| mark(c).is_some()) {
        return (replaced(json), false);
    }
    let mut has_halves = false;
    let marked = replaced_by(json, |half| {
        has_halves = true;
        char::from_u32(MARKS + u32::from(half - HALVES)).map_or_else(|| UNKNOWN.into(), String::from)
    });
    (marked, has_halves)
}

/// The half that this character stands for, if it is a mark.
fn mark(c: char) -> Option<u16> {
    let number = u32::from(c).checked_sub(MARKS)?;
    Some(HALVES + u16::try_from(number).ok().filter(|number| *number < 0x800)?)
}

/// Puts characters together that came in pieces of a text.
#[derive(Debug, Default)]
pub(crate) struct Joiner {
    /// The first half of a character.
    first: Option<u16>,
    /// The first bytes of a character, or of half of one.
    bytes: Vec<u8>,
}

/// The marks that there may be in a text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    pub(crate) halves: bool,
    pub(crate) bytes: bool,
}

impl Joiner {
    /// The next piece of the text, with what was held back before it.
    pub(crate) fn join(&mut self, text: String, marks: Marks) -> String {
        let is_plain = self.first.is_none() && self.bytes.is_empty() && !marks.halves && !marks.bytes;
        if text.is_empty() || is_plain {
            return text;
        }
        let mut whole = String::with_capacity(text.len() + 4);
        for c in text.chars() {
            if let Some(byte) = byte(c).filter(|_| marks.bytes) {
                self.bytes.push(byte);
                self.settle(&mut whole);
            } else if let Some(half) = mark(c).filter(|_| marks.halves) {
                whole.push_str(&self.rest_of_bytes());
                self.add_half(half, &mut whole);
            } else {
                whole.push_str(&self.rest());
                whole.push(c);
            }
        }
        whole
    }

    /// The stand-in for a character whose rest never came.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.give_up_half(&mut rest);
        rest + &self.rest_of_bytes()
    }

    fn rest_of_bytes(&mut self) -> String {
        match mem::take(&mut self.bytes) {
            bytes if bytes.is_empty() => String::new(),
            bytes => String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    fn add_half(&mut self, half: u16, whole: &mut String) {
        if let (Some(first), 0xdc00..) = (self.first, half) {
            self.first = None;
            whole.extend(char::decode_utf16([first, half]).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
            return;
        }
        self.give_up_half(whole);
        match half {
            ..0xdc00 => self.first = Some(half),
            _ => whole.push(char::REPLACEMENT_CHARACTER),
        }
    }

    fn give_up_half(&mut self, whole: &mut String) {
        whole.extend(self.first.take().map(|_| char::REPLACEMENT_CHARACTER));
    }

    /// Takes out of the bytes what they are already the whole of.
    fn settle(&mut self, whole: &mut String) {
        while let Some(found) = Found::in_bytes(&self.bytes) {
            let length = match found {
                Found::Half(half) => {
                    self.add_half(half, whole);
                    3
                }
                Found::Text(length) => {
                    self.give_up_half(whole);
                    whole.push_str(&String::from_utf8_lossy(&self.bytes[..length]));
                    length
                }
            };
            self.bytes.drain(..length);
        }
    }
}

/// The first thing that some bytes are the whole of.
enum Found {
    /// Half of a character, in three bytes.
    Half(u16),
    /// So many bytes of text, or of what can't be any.
    Text(usize),
}

impl Found {
    /// None as long as there may be more to it.
    fn in_bytes(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [] | [0xed, 0xa0..=0xbf] => return None,
            [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..] => {
                return Some(Self::Half(HALVES | (u16::from(second & 0x1f) << 6) | u16::from(third & 0x3f)));
            }
            _ => {}
        }
        match str::from_utf8(bytes) {
            Ok(text) => Some(Self::Text(text.len())),
            Err(error) if error.valid_up_to() > 0 => Some(Self::Text(error.valid_up_to())),
            Err(error) => error.error_len().map(Self::Text),
        }
    }
}

fn replaced_by(json: &str, mut stand_in: impl FnMut(u16) -> String) -> String {
    let (mut whole, mut rest) = (String::with_capacity(json.len()), json);
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let length = match (half(escape), half(escape.get(6..).unwrap_or_default())) {
            (Some(..0xdc00), Some(0xdc00..)) => {
                whole.push_str(&escape[..12]);
                12
            }
            (Some(half), _) => {
                whole.push_str(&stand_in(half));
                6
            }
            (None, _) => {
                let length = escape.char_indices().nth(2).map_or(escape.len(), |(end, _)| end);
                whole.push_str(&escape[..length]);
                length
            }
        };
        rest = &escape[length..];
    }
    whole + rest
}

/// The half of a character that this escape is, if it is one: up to 0xdbff the first, from 0xdc00 on the second.
fn half(escape: &str) -> Option<u16> {
    let half = u16::from_str_radix(escape.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
    (0xd800..=0xdfff).contains(&half).then_some(half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::openai::wire::stray_bytes::Marker;

    #[test]
    fn a_half_that_stands_alone_is_replaced_and_nothing_else() {
        for (json, whole) in [
            (r#""\ud83c""#, r#""\ufffd""#),
            (r#""\udf1f a \uD83C""#, r#""\ufffd a \ufffd""#),
            (r#""\udf1f\ud83c""#, r#""\ufffd\ufffd""#),
            (r#""\ud83c\ud83c\udf1f""#, r#""\ufffd\ud83c\udf1f""#),
            (r#""\ud83c\udf1f""#, r#""\ud83c\udf1f""#),
            (r#""\\ud83c \" \n \u00e9 é🌟""#, r#""\\ud83c \" \n \u00e9 é🌟""#),
            (r#""\ud83"#, r#""\ud83"#),
            (r"\é\", r"\é\"),
            (r"\u+d8c\ud8é", r"\u+d8c\ud8é"),
        ] {
            assert_eq!(replaced(json), whole, "{json}");
        }
    }

    /// Joins texts that are JSON strings.
    fn joined(pieces: &[&str]) -> String {
        let mut joiner = Joiner::default();
        let piece = |piece: &&str| {
            let (json, halves) = marked(piece);
            joiner.join(serde_json::from_str(&json).unwrap_or_default(), Marks { halves, bytes: false })
        };
        let text = pieces.iter().map(piece).collect::<String>();
        text + &joiner.rest()
    }

    #[test]
    fn halves_that_come_apart_are_put_together() {
        for (pieces, text) in [
            (&[r#""\ud83c""#, r#""\udf1f""#][..], "🌟"),
            (&[r#""a \ud83c""#, r#""""#, r#""\udf1f b""#], "a 🌟 b"),
            (&[r#""\ud83c""#, r#""\udf1f\ud83c""#, r#""\udf1f""#], "🌟🌟"),
            (&[r#""\ud83c""#, r#""x""#], "\u{fffd}x"),
            (&[r#""\ud83c""#, r#""\ud83c\udf1f""#], "\u{fffd}🌟"),
            (&[r#""\udf1f""#, r#""\ud83c""#], "\u{fffd}\u{fffd}"),
            (&["\"\u{10f83c}\"", r#""\udf1f""#], "\u{10f83c}\u{fffd}"),
            (&["\"\u{10f83c}\\ud83c\"", r#""\udf1f""#], "\u{10f83c}\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(joined(pieces), text, "{pieces:?}");
        }
    }
    #[test]
    fn bytes_that_come_apart_are_put_together() {
        for (pieces, text) in [
            (&[&b"a \xf0\x9f"[..], b"\x8c\x9f b"][..], "a 🌟 b"),
            (&[b"\xf0", b"\x9f", b"", b"\x8c", b"\x9f"], "🌟"),
            (&[b"\xc3", b"\xa9\xc3", b"\xa9"], "éé"),
            (&[b"\xe4", b"\xb8\xad"], "中"),
            (&[b"\xed\xa0\xbc\xed", b"\xbc\x9f"], "🌟"),
            (&[b"a\xf0\x9f", b"b"], "a\u{fffd}b"),
            (&[b"a\xa9b", b"\xf0\x9f"], "a\u{fffd}b\u{fffd}"),
            (&[b"\xed\xa0\xbc", b"x"], "\u{fffd}x"),
            (&[b"\xed\xa0", b"\xc3", b"\xa9"], "\u{fffd}\u{fffd}é"),
        ] {
            let (mut joiner, mut marker) = (Joiner::default(), Marker::default());
            let mut whole = String::new();
            for piece in pieces {
                let closed = [piece, &b"\""[..]].concat(); // as in JSON, where a string ends in a quotation mark
                let event = String::from_utf8(marker.mark(&closed).into_owned()).unwrap_or_default();
                let marks = Marks { halves: false, bytes: marker.has_met_any() };
                whole += &joiner.join(event.trim_end_matches('"').to_owned(), marks);
            }
            assert_eq!(whole + &joiner.rest(), text, "{pieces:?}");
        }
    }
}
