//! The tail as if it were complete, so that what has half arrived doesn't flicker.
//!
//! None of this is ever in what is final, so that it may guess: a guess that is wrong is put right when more has arrived.

mod hold;
mod inline;
mod run;
mod table;

use super::line::{Fence, fence, lead, line_start};
use super::marks::CUT;

/// `text`, which starts a block, with an end.
pub(super) fn mend(text: &str) -> String {
    if let Some((start, fence)) = open_fence(text) {
        return mend_code(text, start, fence);
    }
    let text = hold::back(text);
    let mut out = inline::close(text, run::start(text));
    table::complete(&mut out);
    out
}

/// The fence that is open at the end of `text`, and where its line starts.
fn open_fence(text: &str) -> Option<(usize, Fence)> {
    let mut open: Option<(usize, Fence)> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches('\n');
        open = match open {
            None => fence(content.get(lead(content, usize::MAX).len..)?).map(|fence| (start, fence)),
            // A last line that might close it isn't complete.
            Some((_, fence)) if line.ends_with('\n') && fence.closed_by(content.trim_start_matches([' ', '>'])) => None,
            open => open,
        };
        start += line.len();
    }
    open
}

/// Half a closing fence isn't code, and half a language is none.
fn mend_code(text: &str, opening: usize, fence: Fence) -> String {
    let last = line_start(text, text.len());
    let line = text.get(last..).unwrap_or_default();
    let closing = !line.is_empty() && line.trim_matches([' ', '>']).bytes().all(|byte| byte == fence.char);
    let shown = if last == opening {
        let fence_end = last + lead(line, usize::MAX).len + fence.len;
        text.get(..fence_end).unwrap_or_default()
    } else if closing {
        text.get(..last).unwrap_or_default()
    } else {
        text
    };
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
