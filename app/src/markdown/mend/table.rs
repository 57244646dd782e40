//! A table is one from its first line: the line below it, which says so, is made up until it has arrived.

use crate::markdown::source::{
    line::{line_at, line_start, prefix},
    sentinels::CUT,
    tables::cells,
};

/// Completes `text` if it ends in the first or the second line of a table.
pub(super) fn complete(text: &mut String) {
    let last = line_start(text, text.trim_end_matches('\n').len());
    let first = line_start(text, last.saturating_sub(1));
    let is_second = first < last && is_delimiters(line_at(text, last)) && line_at(text, first).contains('|');
    let header = if is_second { first } else { last };
    if !is_row(text, header) || starts_row(text, header) {
        return;
    }
    let line = line_at(text, header);
    let delimiters = delimiters(line);
    text.truncate(header + line.len());
    cut(text, header);
    text.push('\n');
    text.push_str(&delimiters);
}

/// Sees to it that nothing after the header, which starts at `start` and ends `text`, is seen: it may turn out to be text. The mark
/// that says so stands before the last bar. After it, it would be a cell.
fn cut(text: &mut String, start: usize) {
    let line = line_at(text, start);
    let row = line.trim_end_matches([CUT, ' ', '\t']);
    let cells = row.strip_suffix('|').filter(|cells| !cells.ends_with('\\'));
    if cells.is_none() && line.contains(CUT) {
        return;
    }
    let end = start + cells.unwrap_or(row).trim_end().len();
    text.truncate(start + row.len());
    text.insert(end, CUT);
    if text.get(..end).is_some_and(|before| before.ends_with(['*', '_', '~'])) {
        // A letter would keep it from closing what it closes.
        text.insert(end, ' ');
    }
}

/// Whether the line at `start` comes after another row.
fn starts_row(text: &str, start: usize) -> bool {
    start > 0 && is_row(text, line_start(text, start - 1))
}

fn is_row(text: &str, start: usize) -> bool {
    let line = line_at(text, start);
    line.get(prefix(line, usize::MAX).len..).is_some_and(|rest| rest.starts_with('|'))
}

fn is_delimiters(line: &str) -> bool {
    line.trim_end_matches(CUT).bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'>'))
}

/// The second line for the `header`, with the same prefix but its list markers.
fn delimiters(header: &str) -> String {
    let prefix = prefix(header, usize::MAX);
    let (before, row) = header.split_at_checked(prefix.len).unwrap_or_default();
    let mut out: String = before.chars().map(|c| if c == '>' { c } else { ' ' }).collect();
    for _ in 0..cells(row.trim_end_matches([CUT, ' ', '\t'])) {
        out.push_str("|-");
    }
    out.push('|');
    out
}
