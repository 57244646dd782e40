//! A code block at the top level that is still open: however long it gets, a delta costs what is in it.

use super::line::{Fence, fence, line_at, run};
use super::render::figure;

/// A line that might become the closing fence is held back up to this length.
const HELD: usize = 64;

/// Reads the lines after an opening fence.
#[derive(Debug)]
pub(super) struct Code {
    fence: Fence,
    /// How far the opening fence is indented: the code may be, too.
    indent: usize,
    info: String,
    /// Where the current line starts.
    line: usize,
    /// Up to where it has been read.
    at: usize,
    /// Whether it is in the page.
    shown: bool,
}

impl Code {
    /// The code block that starts at `start`. Its first line must be complete.
    pub(super) fn open(source: &str, start: usize) -> Option<Self> {
        let line = line_at(source, start);
        let at = start + line.len() + 1;
        let indent = run(line, b' ');
        let text = line.get(indent..)?;
        let fence = fence(text).filter(|_| indent < 4 && at <= source.len())?;
        let info = text.get(fence.len..).unwrap_or_default().into();
        Some(Self { fence, indent, info, line: at, at, shown: false })
    }

    /// The code that has arrived since the last time; and where the block ends, if it has ended.
    pub(super) fn read(&mut self, source: &str) -> (String, Option<usize>) {
        let mut code = String::new();
        while let Some(len) = source.get(self.at..).and_then(|rest| rest.find('\n')) {
            let end = self.at + len;
            if self.closed_by(source.get(self.line..end).unwrap_or_default()) {
                return (code, Some(end + 1));
            }
            self.take(source, end + 1, &mut code);
            self.line = end + 1;
        }
        if self.at > self.line || !self.may_become_end(source.get(self.line..).unwrap_or_default()) {
            self.take(source, source.len(), &mut code);
        }
        (code, None)
    }

    /// The whole block, if it isn't in the page yet.
    pub(super) fn show(&mut self, code: &str) -> Option<String> {
        if self.shown {
            return None;
        }
        self.shown = true;
        let mut html = String::new();
        figure(&self.info, code, false, &mut html);
        Some(html)
    }

    fn take(&mut self, source: &str, end: usize, code: &mut String) {
        let text = source.get(self.at..end).unwrap_or_default();
        let skipped = if self.at == self.line { run(text, b' ').min(self.indent) } else { 0 };
        code.push_str(text.get(skipped..).unwrap_or_default());
        self.at = end;
    }

    fn closed_by(&self, line: &str) -> bool {
        let indent = run(line, b' ');
        indent < 4 && self.fence.closed_by(line.get(indent..).unwrap_or_default())
    }

    fn may_become_end(&self, line: &str) -> bool {
        line.len() <= HELD && line.trim_matches(' ').bytes().all(|byte| byte == self.fence.char)
    }
}
