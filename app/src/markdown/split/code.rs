//! A code block at the top level that is still open: however long it gets, a delta costs what is in it.
//!
//! A long one is cut into parts, which are final one after the other. Where it is cut depends on the code alone.

use super::seam::{GIANT, PART};
use crate::markdown::{
    patch::Tail,
    render::{Part, figure},
    source::line::{Fence, fence, line_at, run},
};
use std::ops::Range;

/// A line that might become the closing fence is held back up to this length.
const HELD: usize = 64;

/// Reads the lines after an opening fence.
#[derive(Debug)]
pub(crate) struct Code {
    fence: Fence,
    /// The indentation of the opening fence: the code may have it, too.
    indent: usize,
    info: String,
    /// The start of the current line.
    line: usize,
    /// Up to where it has been read.
    at: usize,
    /// The start of the part that isn't final.
    part: usize,
    /// Whether there is a part before that.
    is_cut: bool,
    /// Whether the part is in the page.
    is_shown: bool,
}

impl Code {
    /// The code block that starts at `start`. Its first line must be complete.
    pub(crate) fn open(source: &str, start: usize) -> Option<Self> {
        let line = line_at(source, start);
        let at = start + line.len() + 1;
        let indent = run(line, b' ');
        let text = line.get(indent..)?;
        let fence = fence(text).filter(|_| indent < 4 && at <= source.len())?;
        let info = text.get(fence.len..).unwrap_or_default().into();
        Some(Self { fence, indent, info, line: at, at, part: at, is_cut: false, is_shown: false })
    }

    /// Whether parts of it are final.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The code that has arrived since the last time; and where the block ends, if it has ended.
    pub(crate) fn read(&mut self, source: &str) -> (String, Option<usize>) {
        let from = self.at;
        while let Some(len) = source.get(self.at..).and_then(|rest| rest.find('\n')) {
            let end = self.at + len;
            if self.closed_by(source.get(self.line..end).unwrap_or_default()) {
                return (self.code(source, from..self.at), Some(end + 1));
            }
            self.at = end + 1;
            self.line = self.at;
        }
        if self.at > self.line || !self.may_become_end(source.get(self.line..).unwrap_or_default()) {
            self.at = source.len();
        }
        (self.code(source, from..self.at), None)
    }

    /// Takes a part from the start of a long block. Returns its HTML and where it ends.
    pub(crate) fn cut(&mut self, source: &str) -> Option<(String, usize)> {
        if self.at.saturating_sub(self.part) <= GIANT {
            return None;
        }
        let part = source.get(self.part..source.floor_char_boundary(self.part + PART)).unwrap_or_default();
        let end = self.part + part.rfind('\n').map_or(part.len(), |end| end + 1);
        let html = self.figure(source, end, if self.is_cut { Part::Middle } else { Part::First });
        (self.part, self.is_cut, self.is_shown) = (end, true, false);
        Some((html, end))
    }

    /// The last part of a block that was cut. Nothing of the block comes after what has been read, or after the end of the
    /// text.
    pub(crate) fn last_part(&self, source: &str, has_ended: bool) -> String {
        let is_closed = has_ended || self.closed_by(source.get(self.line..).unwrap_or_default());
        self.figure(source, if is_closed { self.line } else { source.len() }, Part::Last)
    }

    /// Shows the code that has arrived since the last time, or the whole part if it isn't in the page yet.
    pub(crate) fn show(&mut self, source: &str, new: String, tail: &mut Tail) {
        if !self.is_shown {
            self.is_shown = true;
            *tail = Tail::Html(self.figure(source, self.at, if self.is_cut { Part::Last } else { Part::Whole }));
        } else if !new.is_empty() {
            *tail = Tail::Code(new);
        }
    }

    fn figure(&self, source: &str, end: usize, part: Part) -> String {
        let mut html = String::new();
        figure(part, &self.info, &self.code(source, self.part..end), false, &mut html);
        html
    }

    /// The code in this range, without the indent.
    fn code(&self, source: &str, range: Range<usize>) -> String {
        let mut starts = source.as_bytes().get(range.start.wrapping_sub(1)) == Some(&b'\n');
        let mut code = String::new();
        for line in source.get(range).unwrap_or_default().split_inclusive('\n') {
            let skipped = if starts { run(line, b' ').min(self.indent) } else { 0 };
            code.push_str(line.get(skipped..).unwrap_or_default());
            starts = true;
        }
        code
    }

    fn closed_by(&self, line: &str) -> bool {
        let indent = run(line, b' ');
        indent < 4 && self.fence.closed_by(line.get(indent..).unwrap_or_default())
    }

    fn may_become_end(&self, line: &str) -> bool {
        line.len() <= HELD && line.trim_matches(' ').bytes().all(|byte| byte == self.fence.char)
    }
}
