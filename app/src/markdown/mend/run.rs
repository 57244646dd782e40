//! Where the text that is still open starts.

use super::super::line::{find, is_blank, is_break, lead, line_at, line_start};

/// The start of the last paragraph, heading, item or cell of `text`, or of a formula that looks like several of them; its
/// end, if the last one is over.
pub(super) fn start(text: &str) -> usize {
    let start = block(text);
    formula(text, start).unwrap_or(start)
}

/// The start of a line, at `from` or before it, that opens a display formula which isn't closed.
fn formula(text: &str, from: usize) -> Option<usize> {
    let mut end = from;
    loop {
        let start = line_start(text, end);
        let line = line_at(text, start);
        let at = start + lead(line, usize::MAX).len;
        let opened = text.get(at..).unwrap_or_default();
        for (opener, closer) in [("\\[", "\\]"), ("$$", "$$")] {
            if let Some(tex) = opened.strip_prefix(opener) {
                return find(tex, closer).is_none().then_some(at);
            }
        }
        if start == 0 || is_break(line) {
            return None;
        }
        end = start - 1;
    }
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
        let lead = lead(line, usize::MAX);
        let rest = line.get(lead.len..).unwrap_or_default();
        if is_blank(rest) {
            return found;
        }
        found = start + lead.len;
        if rest.starts_with('|') && end == text.len() {
            return found + rest.rfind('|').map_or(0, |bar| bar + 1);
        }
        if lead.items > 0 || rest.starts_with(['#', '|']) || start == 0 {
            return found;
        }
        end = start - 1;
    }
}
