//! Tables without bars at the start of their lines. In GFM the first line of one may come right after a line of text; the parser
//! wants a bar there (<https://github.github.com/gfm/#tables-extension->).

use super::line::{line_at, line_start, prefix};

/// Whether the line at `start`, which isn't the first of its paragraph, is the first of a table but for the bar.
pub(crate) fn needs_bar(text: &str, start: usize) -> bool {
    let line = line_at(text, start);
    let header = row(line);
    let second = line_at(text, start + line.len() + 1);
    let before = line_at(text, line_start(text, start.saturating_sub(1)));
    let prefix = prefix(line, usize::MAX);
    prefix.items == 0
        && header.contains('|')
        && !header.starts_with('|')
        && is_delimiters(second)
        && quotes(second) == quotes(line)
        && cells(header) == cells(second.trim_start_matches([' ', '\t', '>']))
        && !row(before).is_empty()
        && !is_delimiters(before)
}

/// Whether `line` is the second one of a table, if the line before has as many cells.
pub(crate) fn is_delimiters(line: &str) -> bool {
    let row = line.trim_matches([' ', '\t', '>']);
    let is_cell = |cell: &str| {
        let cell = cell.trim().trim_start_matches(':').trim_end_matches(':');
        !cell.is_empty() && cell.bytes().all(|byte| byte == b'-')
    };
    let cells = row.strip_prefix('|').unwrap_or(row);
    row.contains('|') && cells.strip_suffix('|').unwrap_or(cells).split('|').all(is_cell)
}

/// The number of cells of a row.
pub(crate) fn cells(row: &str) -> usize {
    let row = row.trim();
    let mut escaped = false;
    let mut bars = 0;
    for byte in row.bytes() {
        bars += usize::from(byte == b'|' && !escaped);
        escaped = byte == b'\\' && !escaped;
    }
    let ends = usize::from(row.starts_with('|')) + usize::from(row.ends_with('|') && !row.ends_with("\\|"));
    (bars + 1).saturating_sub(ends)
}

/// `line` without what stands before its text.
fn row(line: &str) -> &str {
    line.get(prefix(line, usize::MAX).len..).unwrap_or_default()
}

fn quotes(line: &str) -> usize {
    prefix(line, usize::MAX).quotes
}
