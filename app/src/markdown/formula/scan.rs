//! One walk through the text, with at most one formula open.

use super::{Edit, Kind};
use crate::markdown::source::{
    code_spans::CodeSpans,
    flank::needs_letters,
    line::{is_break, line_at, prefix, run},
    tables::needs_bar,
};

/// The delimiter that opened the formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delimiter {
    Dollar,
    Dollars,
    Round,
    Square,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    delimiter: Delimiter,
    at: usize,
    /// The number of edits before `at`: the index for an edit there.
    edits: usize,
    /// It stands at the start of a line that is inside so many quotes.
    starts_line: Option<usize>,
}

struct Scan<'a> {
    text: &'a str,
    edits: Vec<Edit>,
    open: Option<Open>,
    code_spans: CodeSpans,
    /// The start of this line's text.
    line: usize,
    quotes: usize,
    /// Nothing that is open at its end stays open.
    breaks: bool,
}

/// All that has to change in `text`, in order.
pub(super) fn edits(text: &str) -> Vec<Edit> {
    let mut scan = Scan {
        text,
        edits: Vec::new(),
        open: None,
        code_spans: CodeSpans::default(),
        line: 0,
        quotes: 0,
        breaks: false,
    };
    scan.start_line(0);
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        at += scan.step(at, byte);
    }
    scan.edits
}

impl Scan<'_> {
    /// Reads what is at `at`, and gives its length.
    fn step(&mut self, at: usize, byte: u8) -> usize {
        match byte {
            b'\n' => {
                self.start_line(at + 1);
                1
            }
            b'\\' => self.backslash(at),
            b'`' => self.code(at),
            b'$' => self.dollars(at),
            b'*' | b'~' => self.emphasis(at, byte),
            _ => 1,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn start_line(&mut self, start: usize) {
        let line = line_at(self.text, start);
        let prefix = prefix(line, usize::MAX);
        let breaks = is_break(line);
        if breaks || self.breaks {
            self.open = None;
            self.code_spans = CodeSpans::default();
        } else if start > 0 && needs_bar(self.text, start) {
            self.edits.push(Edit { at: start + prefix.len, kind: Kind::Bar });
        }
        self.breaks = breaks;
        self.line = start + prefix.len;
        self.quotes = prefix.quotes;
    }

    fn backslash(&mut self, at: usize) -> usize {
        match self.byte(at + 1) {
            Some(b'(') => self.open(at, Delimiter::Round),
            Some(b'[') => self.open(at, Delimiter::Square),
            Some(b')') => self.close(at, Delimiter::Round, Kind::OpenRound, Kind::CloseRound),
            Some(b']') => self.close(at, Delimiter::Square, Kind::OpenSquare, Kind::CloseSquare),
            Some(b'\n') | None => return 1,
            Some(byte) if !byte.is_ascii() => return 1,
            Some(_) => {}
        }
        2
    }

    /// A code span holds no formula, and no formula holds a code span.
    fn code(&mut self, at: usize) -> usize {
        let len = run(self.text.get(at..).unwrap_or_default(), b'`');
        match self.code_spans.end_of_span(self.text, at, len) {
            Some(end) => {
                self.give_up();
                end - at
            }
            None => len,
        }
    }

    fn dollars(&mut self, at: usize) -> usize {
        let len = run(self.text.get(at..).unwrap_or_default(), b'$');
        match (len, self.open.map(|open| open.delimiter)) {
            (_, Some(Delimiter::Round | Delimiter::Square)) | (1, Some(Delimiter::Dollars)) => {}
            (1, Some(Delimiter::Dollar)) if self.can_close(at) => _ = self.take(),
            (1, _) => self.open_dollar(at),
            (2, Some(Delimiter::Dollars)) => self.close_dollars(at),
            (2, _) => self.open(at, Delimiter::Dollars),
            _ => self.give_up(),
        }
        len
    }

    /// Puts letters around a run that the parser would take for text, and after a single tilde that would close another.
    fn emphasis(&mut self, at: usize, byte: u8) -> usize {
        let len = run(self.text.get(at..).unwrap_or_default(), byte);
        let after = self.text.as_bytes().get(at + len);
        if (byte, len) == (b'~', 1) {
            if after.is_none_or(|after| *after != b'_' && !after.is_ascii_alphanumeric()) {
                self.edits.push(Edit { at: at + 1, kind: Kind::Neutral });
            }
        } else if (byte == b'*' || len == 2) && needs_letters(self.text, at, len) {
            self.edits.push(Edit { at, kind: Kind::Neutral });
            self.edits.push(Edit { at: at + len, kind: Kind::Neutral });
        }
        len
    }

    fn open_dollar(&mut self, at: usize) {
        let after_word =
            at.checked_sub(1).and_then(|at| self.byte(at)).is_some_and(|byte| byte.is_ascii_alphanumeric());
        if after_word || self.byte(at + 1).is_none_or(|byte| byte.is_ascii_whitespace()) {
            self.give_up();
            self.edits.push(Edit { at, kind: Kind::Escape });
        } else {
            self.open(at, Delimiter::Dollar);
        }
    }

    fn close_dollars(&mut self, at: usize) {
        self.open = self.take();
        self.neutral_lines(at);
    }

    fn can_close(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.byte(at));
        before.is_some_and(|byte| !byte.is_ascii_whitespace())
            && !self.byte(at + 1).is_some_and(|byte| byte.is_ascii_digit())
    }

    /// The one that is open, if any, is forgotten: of two that open, the second is more likely to be closed.
    fn open(&mut self, at: usize, delimiter: Delimiter) {
        if matches!(self.open, Some(Open { delimiter: Delimiter::Dollars, .. })) {
            return;
        }
        self.give_up();
        let starts_line = (at == self.line).then_some(self.quotes);
        self.open = Some(Open { delimiter, at, edits: self.edits.len(), starts_line });
    }

    /// What is open is no formula. If it is a dollar, the parser might think otherwise.
    fn give_up(&mut self) {
        if let Some(Open { delimiter: Delimiter::Dollar, at, edits, .. }) = self.open.take() {
            self.edits.insert(edits, Edit { at, kind: Kind::Escape });
        }
    }

    fn close(&mut self, at: usize, delimiter: Delimiter, before: Kind, after: Kind) {
        let Some(open) = self.open.filter(|open| open.delimiter == delimiter) else {
            return;
        };
        let tex = self.text.get(open.at + 2..at).unwrap_or_default();
        // `\[\]` is a pair of brackets.
        if !tex.contains(|c: char| c.is_ascii_alphanumeric() || !c.is_ascii()) {
            return;
        }
        self.edits.truncate(open.edits);
        self.edits.push(Edit { at: open.at, kind: before });
        self.neutral_lines(at);
        self.edits.push(Edit { at, kind: after });
    }

    /// The formula that is open has ended. Nothing in it is changed.
    fn take(&mut self) -> Option<Open> {
        let open = self.open.take()?;
        self.edits.truncate(open.edits);
        Some(open)
    }

    /// The formula that is open ends at `end`.
    fn neutral_lines(&mut self, end: usize) {
        let Some(open) = self.open.take() else { return };
        let Some(quotes) = open.starts_line else {
            return;
        };
        let mut at = open.at;
        while let Some(line) = self.text.get(at..end).and_then(|rest| rest.find('\n')) {
            at += line + 1;
            let kept = if quotes == 0 { 0 } else { quoted(line_at(self.text, at), quotes) };
            self.edits.push(Edit { at: at + kept, kind: Kind::Neutral });
        }
    }
}

/// The length of the blanks and the first `>` markers at the start of `line`.
fn quoted(line: &str, quotes: usize) -> usize {
    let mut left = quotes;
    let prefix = line.bytes().take_while(|byte| match byte {
        b' ' | b'\t' => true,
        b'>' if left > 0 => {
            left -= 1;
            true
        }
        _ => false,
    });
    prefix.count()
}
