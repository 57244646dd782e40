//! Closes or leaves out the inline markup that is open at the end of a line.

mod emphasis;
mod link;

use super::Ending;
use super::dollar::{Dollar, dollar, guess};
use crate::markdown::source::{
    code_spans::CodeSpans,
    line::{find, run},
    sentinels::CUT,
};
use emphasis::{Stack, is_undecided};
use link::Bracket;

/// Reads the text that is still open.
struct Inline<'a> {
    /// All that has arrived.
    all: &'a str,
    /// The part of it that may be seen.
    text: &'a str,
    ending: Ending,
    at: usize,
    code_spans: CodeSpans,
    /// The same for `all`.
    all_code_spans: CodeSpans,
    stack: Stack,
    /// The brackets that are open.
    brackets: Vec<Bracket>,
    formula: Option<Formula>,
    /// Up to where a `<` has been looked after.
    angle: usize,
    /// The end of the text, and the closing markup to put there.
    end: usize,
    closer: String,
    /// The bracket before the text of a link that has half arrived.
    link: Option<Bracket>,
    /// The start of markup that can't be told yet.
    unknown: Option<usize>,
}

/// A formula that is open.
#[derive(Clone, Copy)]
struct Formula {
    at: usize,
    closer: &'static str,
    /// The number of open braces in the formula: the parser wants them closed.
    braces: usize,
}

/// The first `end` bytes of `text`, with all closed that is open from `start` on; or where it has to end before that,
/// because it isn't known yet what comes there.
pub(super) fn close(text: &str, end: usize, start: usize, ending: Ending) -> Result<String, usize> {
    let shown = text.get(..end).unwrap_or_default();
    if start >= end {
        return Ok(shown.into());
    }
    let mut inline = Inline {
        all: text,
        text: shown,
        ending,
        at: start,
        code_spans: CodeSpans::default(),
        all_code_spans: CodeSpans::default(),
        stack: Stack::default(),
        brackets: Vec::new(),
        formula: None,
        angle: 0,
        end,
        closer: String::new(),
        link: None,
        unknown: None,
    };
    while inline.at < inline.end {
        inline.step();
    }
    inline.finish(start)
}

impl Inline<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) {
        let Some(&byte) = self.text.as_bytes().get(self.at) else {
            return;
        };
        match byte {
            b'\\' => self.backslash(),
            b'`' => self.code(),
            b'$' => self.dollar(),
            _ if self.formula.is_some() => self.formula_byte(byte),
            b'*' | b'_' | b'~' => self.emphasis(byte),
            b'!' if self.rest().starts_with("![") => self.bracket(2),
            b'!' if self.rest() == "!" => self.wait(self.at),
            b'[' => self.bracket(1),
            b']' => self.close_bracket(),
            b'(' | b')' => self.round_bracket(byte),
            b'<' => self.angle(),
            b'&' => self.entity(),
            _ => self.at += 1,
        }
    }

    /// Nothing from `end` on is shown, or read.
    fn cut(&mut self, end: usize) {
        self.end = end;
        self.at = self.text.len();
    }

    /// The same of what may be text: if no more is to come, it is.
    fn wait(&mut self, end: usize) {
        if self.ending == Ending::Open { self.cut(end) } else { self.at += 1 }
    }

    fn backslash(&mut self) {
        let rest = self.text.as_bytes().get(self.at + 1..).unwrap_or_default();
        let is_open = self.formula.is_none_or(|formula| formula.closer != "$$");
        match (rest.first(), self.formula.map(|formula| formula.closer)) {
            (None, _) => return self.cut(self.at),
            // A line break, if a line comes.
            (Some(b'\n'), None) if rest.len() == 1 => return self.cut(self.at),
            (Some(b'('), _) if is_open => self.open(self.at, "\\)"),
            (Some(b'['), _) if is_open => self.open(self.at, "\\]"),
            (Some(b')'), Some("\\)")) | (Some(b']'), Some("\\]")) => self.formula = None,
            _ => {}
        }
        self.at += 1 + usize::from(rest.first().is_some_and(u8::is_ascii));
    }

    fn open(&mut self, at: usize, closer: &'static str) {
        self.formula = Some(Formula { at, closer, braces: 0 });
    }

    fn code(&mut self) {
        let len = run(self.rest(), b'`');
        if let Some(end) = self.code_spans.end_of_span(self.text, self.at, len) {
            self.formula = None;
            self.at = end;
        } else if self.at + len == self.text.len() {
            self.cut(self.at);
        } else if self.formula.is_some() {
            self.at += len;
        } else {
            // The rest is code. Backticks at its end may close it, and in a table a backslash may come before a bar.
            let code = self.text.trim_end_matches(['`', '\\']).len();
            if code > self.at + len {
                self.closer = "`".repeat(len);
            }
            self.cut(code.max(self.at));
        }
    }

    fn dollar(&mut self) {
        let len = run(self.rest(), b'$');
        let is_last = self.at + len == self.text.len();
        match (len, self.formula.map(|formula| formula.closer)) {
            // Half of what closes the formula, or of what opens one.
            (1, Some("$$")) | (_, None) if is_last => return self.cut(self.at),
            (1, None) => return self.lone_dollar(),
            (2, None) => return self.two_dollars(),
            (2, Some("$$")) => self.formula = None,
            _ => {}
        }
        self.at += len;
    }

    fn lone_dollar(&mut self) {
        match dollar(self.all, self.at, &mut self.all_code_spans, self.ending) {
            Dollar::Text => self.at += 1,
            Dollar::Closed(end) => self.at = end,
            Dollar::Unknown => self.wait_for_dollar(),
            Dollar::Formula => {
                self.open(self.at, "$");
                self.at += 1;
            }
        }
    }

    /// In the middle of a line these may be a price range.
    fn two_dollars(&mut self) {
        let tex = self.all.get(self.at + 2..).unwrap_or_default();
        let before = self.text.get(..self.at).unwrap_or_default().trim_end_matches([' ', '\t', '>']);
        let is_certain = before.is_empty() || before.ends_with('\n') || find(tex, "$$").is_some();
        match if is_certain { Dollar::Formula } else { guess(tex, self.ending) } {
            Dollar::Unknown => return self.wait_for_dollar(),
            Dollar::Text => {}
            _ => self.open(self.at, "$$"),
        }
        self.at += 2;
    }

    fn wait_for_dollar(&mut self) {
        self.unknown = Some(self.at);
        self.cut(self.at);
    }

    fn formula_byte(&mut self, byte: u8) {
        if let Some(formula) = &mut self.formula {
            match byte {
                b'{' => formula.braces += 1,
                b'}' => formula.braces = formula.braces.saturating_sub(1),
                _ => {}
            }
        }
        self.at += 1;
    }

    fn emphasis(&mut self, byte: u8) {
        let len = run(self.rest(), byte);
        if self.at + len == self.text.len() {
            return self.cut(self.at);
        }
        if self.ending == Ending::Open && is_undecided(self.all, self.at, byte, len) {
            return self.wait_for_word();
        }
        self.stack.read(self.text, self.at, byte, len);
        self.at += len;
    }

    /// Nothing is shown from here on before the word has ended.
    fn wait_for_word(&mut self) {
        self.unknown = Some(self.at);
        self.cut(self.at);
    }

    fn angle(&mut self) {
        if self.at >= self.angle {
            let rest = self.rest();
            let stop = rest.find([' ', '\n', '>']);
            match stop.filter(|len| !is_line_break(rest.get(1..*len), rest.get(*len..))) {
                Some(len) => self.angle = self.at + len,
                None => return self.wait(self.at),
            }
        }
        self.at += 1;
    }

    fn entity(&mut self) {
        let name = self.rest().trim_start_matches('&');
        if name.len() < 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#') {
            self.wait(self.at);
        } else {
            self.at += 1;
        }
    }

    fn finish(mut self, start: usize) -> Result<String, usize> {
        if let Some(end) = self.held() {
            return Err(end);
        }
        self.drop_empty_formula();
        let shown = self.text.get(..self.end).unwrap_or_default();
        if self.end < self.text.len() && self.closer.is_empty() && self.link.is_none() {
            // The new end is unfinished, too.
            return Err(self.end);
        }
        let kept = if self.end > start { shown.trim_end() } else { shown };
        let mut out = String::with_capacity(kept.len() + 16);
        self.copy(kept, &mut out);
        if out.ends_with(['*', '_', '~']) {
            // A letter would keep it from closing what it closes.
            out.push(' ');
        }
        out.push(CUT);
        if let Some(Formula { closer, braces, .. }) = self.formula {
            out.push_str(&"}".repeat(braces));
            out.push_str(closer);
        }
        out.push_str(&self.closer);
        self.stack.close(&mut out);
        Ok(out)
    }

    /// The end of the text for now.
    fn held(&self) -> Option<usize> {
        let bracket = self.brackets.iter().map(|bracket| bracket.at).find(|at| self.all.len() - at < link::LONGEST);
        let first = bracket.into_iter().chain(self.unknown).min()?;
        (self.ending == Ending::Open).then_some(first)
    }

    /// A formula in which there is nothing yet isn't shown.
    fn drop_empty_formula(&mut self) {
        if let Some(Formula { at, closer, .. }) = self.formula {
            let tex = self.text.get(at + closer.len()..self.end).unwrap_or_default();
            let has_content = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii();
            let is_empty = if closer.starts_with('\\') { !tex.contains(has_content) } else { tex.trim().is_empty() };
            if is_empty {
                self.formula = None;
                self.end = at;
            }
        }
    }
}

/// Whether `<br` has arrived, and blanks, and the bar of a `<br />`, but not its end.
fn is_line_break(name: Option<&str>, rest: Option<&str>) -> bool {
    let rest = rest.unwrap_or_default();
    let is_rest = rest.trim_start().strip_prefix('/').unwrap_or(rest).trim_start().is_empty();
    name.is_some_and(|name| name.eq_ignore_ascii_case("br")) && is_rest
}
