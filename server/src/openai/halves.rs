//! Halves of characters. JSON may write a character beyond the first 65,536 as two escapes, `\ud83c\udf1f`, and a server
//! that cuts text where it likes (JavaScript counts in halves) sends one without the other. That is no character, and no
//! reason to lose an answer.

/// What stands for a character that can't be told.
const UNKNOWN: &str = "\\ufffd";

/// The same JSON, with [`UNKNOWN`] in place of each half that stands alone.
pub(super) fn replaced(json: &str) -> String {
    let (mut whole, mut rest) = (String::with_capacity(json.len()), json);
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let (kept, length) = match (half(escape), half(escape.get(6..).unwrap_or_default())) {
            (Some(Half::First), Some(Half::Second)) => (&escape[..12], 12),
            (Some(_), _) => (UNKNOWN, 6),
            (None, _) => escape.char_indices().nth(2).map_or((escape, escape.len()), |(end, _)| (&escape[..end], end)),
        };
        whole.push_str(kept);
        rest = &escape[length..];
    }
    whole + rest
}

#[derive(Clone, Copy)]
enum Half {
    First,
    Second,
}

/// Which half of a character this escape is, if it is one.
fn half(escape: &str) -> Option<Half> {
    match u16::from_str_radix(escape.strip_prefix("\\u")?.get(..4)?, 16).ok()? {
        0xd800..=0xdbff => Some(Half::First),
        0xdc00..=0xdfff => Some(Half::Second),
        _ => None,
    }
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
}
