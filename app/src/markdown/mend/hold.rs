//! A last line of which it can't be told yet what it is.

use super::super::line::{find, lead, line_start};

/// `text` without its last line, if that is only the start of something.
pub(super) fn back(text: &str) -> &str {
    let start = line_start(text, text.len());
    let line = text.get(start..).unwrap_or_default();
    let lead = lead(line, usize::MAX);
    let rest = line.get(lead.len..).unwrap_or_default();
    if is_start(rest, lead.items > 0) { text.get(..start).unwrap_or_default() } else { text }
}

/// Whether `rest`, a line without its lead, might become something else with the next character.
fn is_start(rest: &str, in_item: bool) -> bool {
    let rest = rest.trim_end_matches([' ', '\t']);
    is_marker(rest)
        || is_number(rest)
        || (in_item && matches!(rest, "[" | "[x" | "[X" | "[x]" | "[X]" | "[ ]" | "[]"))
        || matches!(rest, "\\" | "\\[" | "\\(" | "$" | "$$" | "|" | "![")
        || is_definition(rest)
}

/// A line of one character, or of none: a rule, an underline, a marker, a fence.
fn is_marker(rest: &str) -> bool {
    let mut bytes = rest.bytes().filter(|byte| *byte != b' ');
    let Some(first) = bytes.next() else { return true };
    b"-+*_=#`~>".contains(&first) && bytes.all(|byte| byte == first)
}

fn is_number(rest: &str) -> bool {
    rest.len() < 10 && rest.bytes().all(|byte| byte.is_ascii_digit())
}

/// The label of a footnote or a link at the start of a line.
fn is_definition(rest: &str) -> bool {
    let label = rest.starts_with('[') && rest.len() < 100;
    label && (rest.ends_with("]:") || (rest.starts_with("[^") && !rest.contains(' ') && find(rest, "]: ").is_none()))
}
