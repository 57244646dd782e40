//! Text as HTML.

use crate::markdown::source::sentinels::is_sentinel;

/// Writes `text` so that it is nothing but text, between tags and between quotes. A mark in it is left out.
pub(in super::super) fn escape(text: &str, out: &mut String) {
    let mut copied = 0;
    for (at, c) in text.char_indices() {
        let replacement = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            c if is_sentinel(c) => "",
            _ => continue,
        };
        out.push_str(text.get(copied..at).unwrap_or_default());
        out.push_str(replacement);
        copied = at + c.len_utf8();
    }
    out.push_str(text.get(copied..).unwrap_or_default());
}

/// Writes the id of the footnote `label`: the same for the same label in whatever case, and no other character in it than
/// those that mean nothing in an id or an address.
pub(super) fn push_id(ids: &str, label: &str, out: &mut String) {
    escape(ids, out);
    out.push_str("fn-");
    for byte in label.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte.to_ascii_lowercase()));
        } else {
            out.push('-');
            push_number(byte.into(), out);
        }
    }
}

pub(super) fn push_number(number: u64, out: &mut String) {
    if number > 9 {
        push_number(number / 10, out);
    }
    out.push(char::from(b"0123456789"[(number % 10) as usize]));
}
