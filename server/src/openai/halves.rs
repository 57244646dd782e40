//! Halves of characters. JSON may write a character beyond the first 65,536 as two escapes, `\ud83c\udf1f`, and a server
//! that cuts text where it likes (JavaScript counts in halves) sends one without the other. That is no character, and no
//! reason to lose an answer. The other half may come in the next event.

/// What stands for a character that can't be told.
const UNKNOWN: &str = "\\ufffd";

/// Where the 2,048 characters begin that stand for halves, until it is known what comes after them. They are for private use,
/// and nobody has a use for them; an event that has one in it is left alone.
const MARKS: u32 = 0x0010_f800;

/// The first of the 2,048 halves.
const HALVES: u16 = 0xd800;

/// The same JSON, with [`UNKNOWN`] in place of each half that stands alone.
pub(super) fn replaced(json: &str) -> String {
    replaced_by(json, |_| UNKNOWN.into())
}

/// The same JSON, with a mark in place of each half that stands alone, and whether there is one.
pub(super) fn marked(json: &str) -> (String, bool) {
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

/// Puts halves together that came in two pieces of a text.
#[derive(Debug, Default)]
pub(super) struct Joiner(Option<u16>);

impl Joiner {
    /// The next piece of the text, with what was held back before it. `has_marks`: whether there may be marks in it.
    pub(super) fn join(&mut self, text: String, has_marks: bool) -> String {
        if text.is_empty() || (self.0.is_none() && !has_marks) {
            return text;
        }
        let mut whole = String::with_capacity(text.len() + 3);
        for c in text.chars() {
            let (first, half) = (self.0.take(), has_marks.then(|| mark(c)).flatten());
            if let (Some(first), Some(second @ 0xdc00..)) = (first, half) {
                whole.extend(char::decode_utf16([first, second]).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
                continue;
            }
            whole.extend(first.map(|_| char::REPLACEMENT_CHARACTER));
            match half {
                Some(half @ ..0xdc00) => self.0 = Some(half),
                Some(_) => whole.push(char::REPLACEMENT_CHARACTER),
                None => whole.push(c),
            }
        }
        whole
    }

    /// What stands for a half whose other one never came.
    pub(super) fn rest(&mut self) -> String {
        self.0.take().map_or_else(String::new, |_| char::REPLACEMENT_CHARACTER.into())
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
            let (json, has_marks) = marked(piece);
            joiner.join(serde_json::from_str(&json).unwrap_or_default(), has_marks)
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
}
