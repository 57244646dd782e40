//! Finds the start of the text that is still open.

use crate::markdown::source::line::{fence, find, is_blank, is_break, line_at, line_start, prefix};

/// The start of the last paragraph, heading, item or cell of `text`, or of a formula that looks like several of them; its
/// end, if the last one is over.
pub(super) fn start(text: &str) -> usize {
    let start = block(text);
    formula(text, start).unwrap_or(start)
}

/// The start of the formula on lines of its own that is open at the end of the paragraph which `from` is in, if one is.
fn formula(text: &str, from: usize) -> Option<usize> {
    let mut start = line_start(text, from.min(text.trim_end_matches('\n').len()));
    while start > 0 && !is_break(line_at(text, line_start(text, start - 1))) {
        start = line_start(text, start - 1);
    }
    while start < text.len() {
        let line = line_at(text, start);
        let at = start + prefix(line, usize::MAX).len;
        start += line.len() + 1;
        let opened = text.get(at..).unwrap_or_default();
        for (opener, closer) in [("\\[", "\\]"), ("$$", "$$")] {
            if let Some(tex) = opened.strip_prefix(opener) {
                let end = find(tex, closer).map(|end| at + 2 + end);
                let Some(end) = end else { return Some(at) };
                // A closer opens nothing, at the start of a line either.
                start = start.max(end + line_at(text, end).len() + 1);
            }
        }
    }
    None
}

fn block(text: &str) -> usize {
    let mut end = text.len();
    if text.ends_with('\n') {
        end -= 1;
    }
    let mut found = text.len();
    loop {
        let start = line_start(text, end);
        let line = line_at(text, start);
        let prefix = prefix(line, usize::MAX);
        let rest = line.get(prefix.len..).unwrap_or_default();
        if is_blank(rest)
            || fence(rest).is_some()
            || (end + 1 == text.len() && found == text.len() && is_whole(line, rest))
        {
            return found;
        }
        found = start + prefix.len;
        if rest.starts_with('|') && end == text.len() {
            return found + last_bar(rest);
        }
        if prefix.items > 0 || rest.starts_with(['#', '|']) || start == 0 {
            return found;
        }
        end = start - 1;
    }
}

/// Whether nothing is open in a line that has ended: a heading, a rule, the second line of a table, the definition of a link,
/// an empty task.
fn is_whole(line: &str, rest: &str) -> bool {
    let is_definition = rest.starts_with('[') && find(rest, "]:").is_some();
    let is_task = matches!(rest.trim_end(), "[ ]" | "[x]" | "[X]");
    is_break(line) || is_definition || is_task || rest.bytes().all(|byte| b"|:-=*_ ".contains(&byte))
}

/// The start of the last cell of a row.
fn last_bar(row: &str) -> usize {
    let mut bars = row.rmatch_indices('|').map(|(at, _)| at);
    bars.find(|at| !row.get(..*at).is_some_and(|before| before.ends_with('\\'))).map_or(0, |at| at + 1)
}
