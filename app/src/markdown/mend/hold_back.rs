//! A last line of which it can't be told yet what it is.

use super::Ending;
use crate::markdown::source::{
    line::{find, line_at, line_start, prefix, run},
    tables::is_delimiters,
};

/// A line that might be the head of a table without a bar at its start is held back up to this length.
const HEAD: usize = 160;

/// A longer line isn't the definition of a link.
const DEFINITION: usize = 1024;

/// `text` without what is only the start of something at its end.
pub(super) fn hold_back_last_line(text: &str, ending: Ending) -> &str {
    let start = line_start(text, text.len());
    let line = text.get(start..).unwrap_or_default();
    let head = table_head(text, start, ending);
    if head < text.len() {
        return hold_back_last_line(text.get(..head).unwrap_or_default(), ending);
    }
    let prefix = prefix(line, usize::MAX);
    let rest = line.get(prefix.len..).unwrap_or_default();
    if is_start(rest, prefix.items > 0) || (ending == Ending::Open && is_number(rest)) {
        return text.get(..start).unwrap_or_default();
    }
    if rest.starts_with('#') { without_closing_hashes(text) } else { text }
}

/// Whether `rest`, a line without its prefix, might become something else with the next character.
fn is_start(rest: &str, in_item: bool) -> bool {
    let whole = rest;
    let rest = rest.trim_end_matches([' ', '\t']);
    is_marker(rest)
        || (in_item && matches!(rest, "[" | "[x" | "[X" | "[x]" | "[X]" | "[ ]" | "[]"))
        || matches!(rest, "\\" | "\\[" | "\\(" | "$" | "$$" | "|" | "![")
        || is_definition(whole)
}

/// A line of one character, or of none: a rule, an underline, a marker, a fence.
fn is_marker(rest: &str) -> bool {
    let mut bytes = rest.bytes().filter(|byte| *byte != b' ');
    let Some(first) = bytes.next() else {
        return true;
    };
    b"-+*_=#`~>".contains(&first) && bytes.all(|byte| byte == first)
}

fn is_number(rest: &str) -> bool {
    rest.len() < 10 && rest.bytes().all(|byte| byte.is_ascii_digit())
}

/// The label of a footnote at the start of a line, or any of the definition of a link.
fn is_definition(rest: &str) -> bool {
    if let Some(label) = rest.strip_prefix("[^") {
        return rest.len() < 100
            && !label.trim_end().contains(' ')
            && find(rest, "]: ").is_none_or(|at| rest.len() == at + 3);
    }
    let after = find(rest, "]:").and_then(|end| rest.get(end + 2..)).unwrap_or_default();
    let title = after.trim_start().split_once([' ', '\t']).map_or("", |(_, title)| title.trim_start());
    let is_label = rest.starts_with('[') && rest.len() < DEFINITION && find(rest, "]") == find(rest, "]:");
    is_label && find(rest, "]").is_some() && (title.is_empty() || title.starts_with(['"', '\'', '(']))
}

/// The hashes at the end of a heading aren't part of it.
fn without_closing_hashes(text: &str) -> &str {
    let hashes = text.trim_end_matches([' ', '\t']).trim_end_matches('#');
    if hashes.ends_with([' ', '\t']) { hashes } else { text }
}

/// Where `text`, whose last line starts at `last`, ends if that line, or the one before it, may be the head of a table that
/// doesn't start with a bar.
fn table_head(text: &str, last: usize, ending: Ending) -> usize {
    let line = text.get(last..).unwrap_or_default();
    let may_be_rule = line.bytes().all(|byte| b"|:- \t>".contains(&byte));
    if last > 0 && may_be_rule {
        let first = line_start(text, last - 1);
        let bar = bar(line_at(text, first)).filter(|_| is_first(text, first));
        return bar.map_or(text.len(), |bar| if ending == Ending::Open { first + bar } else { last });
    }
    let is_head = |bar: &usize| ending == Ending::Open && line.len() - bar < HEAD && is_first(text, last);
    bar(line).filter(is_head).map_or(text.len(), |bar| last + bar)
}

/// Whether the line at `start` can be the first of a table: it isn't in one.
fn is_first(text: &str, start: usize) -> bool {
    let mut start = start;
    while start > 0 && prefix(line_at(text, start), usize::MAX).items == 0 {
        start = line_start(text, start - 1);
        let line = line_at(text, start);
        let rest = line.get(prefix(line, usize::MAX).len..).unwrap_or_default();
        if rest.is_empty() {
            return true;
        }
        if is_delimiters(line) {
            return false;
        }
    }
    true
}

/// The first bar in `line` that could separate two cells, if the line doesn't start with one.
fn bar(line: &str) -> Option<usize> {
    let prefix = prefix(line, usize::MAX).len;
    if line.as_bytes().get(prefix) == Some(&b'#') {
        return None;
    }
    let mut at = prefix;
    let mut in_code = false;
    while let Some(byte) = line.as_bytes().get(at) {
        match byte {
            b'\\' => at += 1,
            b'`' => in_code = !in_code,
            b'|' if !in_code && at > prefix => {
                return Some(at).filter(|_| run(line.get(at..).unwrap_or_default(), b'|') == 1);
            }
            b'|' if at == prefix => return None,
            _ => {}
        }
        at += 1;
    }
    None
}
