//! A table is one from its first line: the line below it, which says so, is made up until it has arrived.

use super::super::line::{lead, line_at, line_start};
use super::super::marks::CUT;

/// Completes `text` if it ends in the first or the second line of a table.
pub(super) fn complete(text: &mut String) {
    let last = line_start(text, text.trim_end_matches('\n').len());
    let first = line_start(text, last.saturating_sub(1));
    if is_row(text, last) && !(first < last && is_row(text, first)) {
        let line = line_at(text, last);
        let delimiters = delimiters(line);
        text.truncate(last + line.len());
        text.push('\n');
        text.push_str(&delimiters);
    } else if first < last && is_row(text, first) && is_delimiters(line_at(text, last)) && !starts_row(text, first) {
        let delimiters = delimiters(line_at(text, first));
        text.truncate(last);
        text.push_str(&delimiters);
    }
}

/// Whether the line at `start` comes after another row.
fn starts_row(text: &str, start: usize) -> bool {
    start > 0 && is_row(text, line_start(text, start - 1))
}

fn is_row(text: &str, start: usize) -> bool {
    let line = line_at(text, start);
    line.get(lead(line, usize::MAX).len..).is_some_and(|rest| rest.starts_with('|'))
}

fn is_delimiters(line: &str) -> bool {
    line.trim_end_matches(CUT).bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'>'))
}

/// The second line for the `header`, with the same lead but its list markers.
fn delimiters(header: &str) -> String {
    let lead = lead(header, usize::MAX);
    let (before, row) = header.split_at_checked(lead.len).unwrap_or_default();
    let mut out: String = before.chars().map(|c| if c == '>' { c } else { ' ' }).collect();
    for _ in 0..cells(row) {
        out.push_str("|-");
    }
    out.push('|');
    out
}

/// How many cells a row has that starts with a bar.
fn cells(row: &str) -> usize {
    let row = row.trim_end();
    let mut escaped = false;
    let mut bars = 0;
    for byte in row.bytes() {
        bars += usize::from(byte == b'|' && !escaped);
        escaped = byte == b'\\' && !escaped;
    }
    if row.ends_with('|') && !row.ends_with("\\|") { bars.saturating_sub(1) } else { bars }
}
