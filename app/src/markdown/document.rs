//! Decides which part of the text is final, which part is the tail, and when to parse again.

use super::definitions::Definitions;
use super::mend::{Ending, mend};
use super::parse::{Parsed, parse};
use super::patch::{Patch, Tail};
use super::references::References;
use crate::markdown::{
    source::{
        line::{is_blank, line_at},
        sentinels::normalise,
    },
    split::{
        code::Code,
        seam::{GIANT, Seam, seam},
    },
};

/// A tail up to this length, in bytes, is parsed after every change.
pub const EAGER: usize = 8 * 1024;

/// A longer tail is parsed again after it has grown by 1/32. This bounds the cost of a growing block.
const REPARSE_FRACTION: usize = 32;

/// The longest delay before a changed tail is parsed again, in milliseconds.
const MAX_DELAY_MS: u32 = 200;

/// All rewrites but the last parse at most this many times the length of the text.
const REWRITE_BUDGET: usize = 8;

/// The longest text that is rewritten, in bytes. In a longer text, a definition has no effect on earlier final blocks.
const MAX_REWRITE: usize = 256 * 1024;

/// After this many bytes, definitions are no longer awaited. Labels that are undefined by then become text.
const LONG_TEXT: usize = 64 * 1024;

/// Markdown that is still loading.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate fact, and all combinations of them occur")]
pub struct Document {
    ids: String,
    source: String,
    after_cr: bool,
    finished: bool,
    was_cut: bool,
    closed: bool,
    /// Whether the text has ended, so that no more definitions can arrive.
    is_complete: bool,
    /// The end of the text that is final and in the page.
    frozen: usize,
    /// The code block that starts there, if any. Earlier parts of a long block are already final.
    code: Option<Code>,
    /// The start of the last code block.
    code_start: usize,
    references: References,
    /// The HTML that the tail shows. None if the tail is an open code block.
    tail: Option<String>,
    /// The length of the source at the last parse. The next one is due at the length `due` or at the time `due_ms`.
    seen: usize,
    due: usize,
    due_ms: u32,
    /// The end of the text that was searched for complete blocks.
    split: usize,
    /// Whether more of the text is there already.
    expects_more: bool,
    /// The number of bytes given to the parser, including rewrites.
    parsed: usize,
    rewritten: usize,
}

impl Document {
    /// Returns an empty document. `ids` is the prefix of every id in its HTML. It must be unique on the page.
    pub fn new(ids: &str) -> Self {
        Self { ids: ids.into(), ..Self::default() }
    }

    /// Appends text. Line ends become LF; NUL and reserved characters become U+FFFD.
    pub fn push(&mut self, delta: &str) {
        normalise(delta, &mut self.after_cr, &mut self.source);
    }

    /// Marks the text as complete. The next patch makes everything final and empties the tail.
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// Marks the text as cut off. Its end is drawn as it was while the text grew: open markup is closed.
    pub fn cut_off(&mut self) {
        self.was_cut = true;
        self.finish();
    }

    /// Sets whether more text is available already. The tail is not drawn then, because it would change at once.
    pub fn expect_more(&mut self, expects_more: bool) {
        self.expects_more = expects_more;
    }

    /// The number of bytes given to the parser so far, which measures the total cost.
    pub fn parsed(&self) -> usize {
        self.parsed
    }

    /// Whether text has arrived that was not parsed yet. Call [`render`](Self::render) again later.
    pub fn is_behind(&self) -> bool {
        !self.finished && self.source.len() > self.seen
    }

    /// Returns the changes since the last call. `now_ms` comes from any monotonic clock. Call this at most once a frame.
    pub fn render(&mut self, now_ms: u32) -> Patch {
        let mut patch = Patch::default();
        if self.finished {
            self.close(&mut patch);
        } else if self.is_behind() && (self.source.len() >= self.due || now_ms >= self.due_ms) {
            while self.advance(&mut patch) {}
            if !self.expects_more {
                self.show(&mut patch);
            } else if !patch.frozen.is_empty() && self.code.is_none() {
                // The former tail has become final.
                patch.tail = Tail::Html(String::new());
                self.tail = None;
            }
            let pending = self.source.len() - self.frozen;
            let wait = if pending > EAGER && self.code.is_none() { pending / REPARSE_FRACTION } else { 0 };
            self.seen = self.source.len();
            self.due = self.seen + wait;
            self.due_ms = now_ms.saturating_add(MAX_DELAY_MS);
        }
        patch
    }

    /// Makes complete blocks final. Returns whether there may be more.
    fn advance(&mut self, patch: &mut Patch) -> bool {
        self.skip_blank_lines();
        if self.code.is_none() {
            self.code = Code::open(&self.source, self.frozen);
            self.code_start = self.frozen;
        }
        match self.code.take() {
            Some(code) => self.advance_code(code, patch),
            None => self.split(patch),
        }
    }

    /// Makes the complete parts of a code block final. Returns whether the block has ended.
    fn advance_code(&mut self, mut code: Code, patch: &mut Patch) -> bool {
        let (new, end) = code.read(&self.source);
        while let Some((html, end)) = code.cut(&self.source) {
            self.freeze_part(end, &html, patch);
        }
        self.tail = None;
        match end {
            Some(end) if code.is_cut() => self.freeze_part(end, &code.last_part(&self.source, true), patch),
            Some(end) => {
                let parsed = self.parse(self.frozen, end);
                self.freeze(end, &parsed.html, patch);
            }
            None => {
                code.show(&self.source, new, &mut patch.tail);
                self.code = Some(code);
            }
        }
        end.is_some()
    }

    fn skip_blank_lines(&mut self) {
        while let Some(line) = self.source.get(self.frozen..).map(|rest| line_at(rest, 0)) {
            let end = self.frozen + line.len() + 1;
            if end > self.source.len() || !is_blank(line) || self.code.is_some() {
                return;
            }
            self.frozen = end;
        }
    }

    /// Makes all blocks final but the last one, of the first [`GIANT`] bytes: no more is parsed at once.
    fn split(&mut self, patch: &mut Patch) -> bool {
        let is_giant = self.source.len() - self.frozen > GIANT;
        let most = self.source.floor_char_boundary(self.frozen + GIANT);
        let lines = self.source.get(self.frozen..most).unwrap_or_default();
        let end = self.frozen + lines.rfind('\n').map_or(0, |at| at + 1);
        if end <= self.split || end == self.frozen {
            return is_giant && self.cut(patch);
        }
        self.split = end;
        let mut parsed = self.parse(self.frozen, end);
        let Some(last) = parsed.last else {
            return is_giant && self.cut(patch);
        };
        let text = self.source.get(self.frozen..end).unwrap_or_default();
        let cut = self.frozen + text.split_inclusive('\n').take(last.line).map(str::len).sum::<usize>();
        parsed.html.truncate(last.html);
        if parsed.defines_after(last.at) {
            // The last block may still change, so its definitions must not affect the blocks before it.
            parsed = self.parse(self.frozen, cut);
            self.learn(cut, &parsed, usize::MAX);
        } else {
            self.learn(cut, &parsed, last.at);
        }
        self.freeze(cut, &parsed.html, patch);
        true
    }

    /// Makes final the first part of a block that is too large, as a block of its own.
    fn cut(&mut self, patch: &mut Patch) -> bool {
        let block = self.source.get(self.frozen..).unwrap_or_default();
        let Seam { at, head } = seam(block);
        let end = self.frozen + at;
        let parsed = self.parse(self.frozen, end);
        self.learn(end, &parsed, usize::MAX);
        self.freeze(end, &parsed.html, patch);
        self.parsed += at; // by the seam
        self.source.insert_str(end, &head);
        self.split = 0;
        true
    }

    fn learn(&mut self, cut: usize, parsed: &Parsed, end: usize) {
        let source = self.source.get(self.frozen..cut).unwrap_or_default();
        self.references.learn(source, parsed, end);
    }

    /// Makes everything before `end` final. `html` is the part that was not final before.
    fn freeze(&mut self, end: usize, html: &str, patch: &mut Patch) {
        self.frozen = end;
        if end > LONG_TEXT && self.references.awaits() {
            self.rewrite(end, patch);
        } else if self.references.dirty()
            && end <= MAX_REWRITE
            && self.rewritten + end <= REWRITE_BUDGET * self.source.len()
        {
            self.rewritten += end;
            self.rewrite(end, patch);
        } else {
            patch.frozen.push_str(html);
        }
    }

    /// Makes a part of a code block final. It uses no definition, but the text before the block may await one.
    fn freeze_part(&mut self, end: usize, html: &str, patch: &mut Patch) {
        let before = std::mem::replace(&mut self.frozen, end);
        if end > LONG_TEXT && self.references.awaits() {
            self.rewrite(self.code_start, patch);
            self.freeze_parts_again(before, patch);
        }
        patch.frozen.push_str(html);
    }

    /// Writes the parts of the code block again that were final up to `end`.
    fn freeze_parts_again(&self, end: usize, patch: &mut Patch) {
        let Some(mut code) = Code::open(&self.source, self.code_start) else { return };
        code.read(&self.source);
        while let Some((html, _)) = code.cut(&self.source).filter(|(_, part)| *part <= end) {
            patch.frozen.push_str(&html);
        }
    }

    /// Replaces the whole page with everything before `end`, parsed again.
    fn rewrite(&mut self, end: usize, patch: &mut Patch) {
        let parsed = self.parse(0, end);
        self.references.rewritten();
        self.references.learn(self.source.get(..end).unwrap_or_default(), &parsed, usize::MAX);
        *patch = Patch { rewrite: true, frozen: parsed.html, tail: Tail::Html(String::new()) };
        self.tail = Some(String::new());
    }

    /// Draws the tail.
    fn show(&mut self, patch: &mut Patch) {
        if self.code.is_some() {
            return;
        }
        let html = self.parse_tail();
        if self.tail.as_ref() != Some(&html) {
            patch.tail = Tail::Html(html.clone());
            self.tail = Some(html);
        }
    }

    /// Makes everything final.
    fn close(&mut self, patch: &mut Patch) {
        if self.closed {
            return;
        }
        self.closed = true;
        while self.is_long() && self.advance(patch) {}
        if let Some(code) = self.code.take().filter(Code::is_cut) {
            self.freeze_part(self.source.len(), &code.last_part(&self.source, false), patch);
        }
        if self.was_cut {
            let tail = mend(self.source.get(self.frozen..).unwrap_or_default(), Ending::Cut);
            self.source.truncate(self.frozen);
            self.source.push_str(&tail);
        }
        let (start, end) = (self.frozen, self.source.len());
        self.is_complete = true;
        let parsed = self.parse(start, end);
        self.learn(end, &parsed, usize::MAX);
        if start > 0 && (self.references.dirty() || self.references.awaits()) && end <= MAX_REWRITE {
            self.rewrite(end, patch);
        } else {
            patch.frozen.push_str(&parsed.html);
        }
        patch.tail = Tail::Html(String::new());
    }

    /// Whether the rest is too long to become final as one block.
    fn is_long(&self) -> bool {
        self.source.len() - self.frozen > GIANT || self.code.as_ref().is_some_and(Code::is_cut)
    }

    fn parse(&mut self, start: usize, end: usize) -> Parsed {
        let text = self.source.get(start..end).unwrap_or_default();
        let known = if start == 0 { "" } else { self.references.known() };
        self.parsed += text.len() + known.len();
        let is_late = self.is_complete || end.max(self.frozen) > LONG_TEXT;
        parse(&self.ids, known, text, if is_late { Definitions::Complete } else { Definitions::Awaited })
    }

    fn parse_tail(&mut self) -> String {
        let text = mend(self.source.get(self.frozen..).unwrap_or_default(), Ending::Open);
        let known = self.references.known();
        self.parsed += text.len() + known.len();
        let is_late = self.frozen > LONG_TEXT;
        parse(&self.ids, known, &text, if is_late { Definitions::Complete } else { Definitions::Awaited }).html
    }
}
