//! The tail as if it were complete, so that what has half arrived doesn't flicker.
//!
//! The page must never show a character that the complete text would not show. So open markup is closed, and ambiguous
//! text is held back until more of it arrives. A guess is never final while more is to come.

mod dollar;
pub(crate) mod hold_back;
mod inline;
pub(crate) mod open_span;
mod table;

use crate::markdown::source::{
    line::{Fence, fence, line_start, prefix},
    sentinels::CUT,
};

/// At most this many unfinished markers at the end are removed one by one. Thousands more are removed all at once.
const TURNS: usize = 16;

/// The continuation of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// More text will arrive.
    Open,
    /// It was cut off: this is all there will be. What could be text is shown.
    Cut,
}

/// `text`, which starts a block, with an end.
pub(super) fn mend(text: &str, ending: Ending) -> String {
    if let Some((start, fence)) = open_fence(text) {
        return mend_code(text, start, fence, ending);
    }
    if is_verbatim(text) {
        return [text, CUT.encode_utf8(&mut [0; 4])].concat();
    }
    let mut shown = hold_back::hold_back_last_line(text, ending);
    let mut turns = 0;
    let mut out = loop {
        let end = match inline::close(text, shown.len(), open_span::start(shown), ending) {
            Ok(out) => break out,
            Err(end) => end,
        };
        turns += 1;
        shown = text.get(..end).unwrap_or_default();
        if turns > TURNS {
            shown = shown.trim_end_matches(|c: char| c.is_ascii_punctuation() || c.is_ascii_whitespace());
        }
        shown = hold_back::hold_back_last_line(shown, ending);
    };
    table::complete(&mut out);
    out
}

/// Whether `text` is an indented code block, to its last line.
fn is_verbatim(text: &str) -> bool {
    let is_indented = |line: &str| line.starts_with("    ") || line.starts_with('\t');
    is_indented(text) && text.lines().next_back().is_some_and(is_indented)
}

/// The fence that is open at the end of `text`, and where its line starts.
fn open_fence(text: &str) -> Option<(usize, Fence)> {
    let mut open: Option<(usize, Fence)> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches('\n');
        open = match open {
            None => fence(content.get(prefix(content, usize::MAX).len..)?).map(|fence| (start, fence)),
            // A last line that might close it isn't complete.
            Some((_, fence)) if line.ends_with('\n') && fence.closed_by(content.trim_start_matches([' ', '>'])) => None,
            open => open,
        };
        start += line.len();
    }
    open
}

/// Half a closing fence isn't code, and half a language is none.
fn mend_code(text: &str, opening: usize, fence: Fence, ending: Ending) -> String {
    let last = line_start(text, text.len());
    let line = text.get(last..).unwrap_or_default();
    let closing = !line.is_empty() && line.trim_matches([' ', '>']).bytes().all(|byte| byte == fence.char);
    let shown = if last == opening {
        let fence_end = last + prefix(line, usize::MAX).len + fence.len;
        text.get(..fence_end).unwrap_or_default()
    } else if closing {
        text.get(..last).unwrap_or_default()
    } else {
        text
    };
    if ending == Ending::Cut {
        // It will not grow, so that it can have its colours.
        return shown.into();
    }
    let code = shown.trim_end_matches('\n');
    let mut out = String::with_capacity(shown.len() + 4);
    out.push_str(code);
    if last == opening {
        out.push(' ');
    }
    out.push(CUT);
    out.push_str(shown.get(code.len()..).unwrap_or_default());
    out
}
