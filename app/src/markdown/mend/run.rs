//! Where the text that is still open starts.

use super::super::line::{is_blank, lead, line_at, line_start};

/// The start of the last paragraph, heading, item or cell of `text`; its end, if the last one is over.
pub(super) fn start(text: &str) -> usize {
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
