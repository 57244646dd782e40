//! What is open in a line: closed, or left out.

mod emphasis;
mod link;

use super::super::line::run;
use super::super::marks::CUT;
use super::super::ticks::Ticks;
use emphasis::Stack;

/// Reads the text that is still open.
struct Inline<'a> {
    text: &'a str,
    at: usize,
    ticks: Ticks,
    stack: Stack,
    /// The brackets that are open, each with its length (`[` or `![`).
    brackets: Vec<(usize, usize)>,
    /// What opened a formula, and its closer.
    formula: Option<(usize, &'static str)>,
    /// Up to where a `<` has been looked after.
    angle: usize,
    /// Where the text ends, and what to put there.
    end: usize,
    closer: String,
    /// The bracket before the text of a link that has half arrived.
    link: Option<(usize, usize)>,
}

/// `text` with all closed that is open from `start` on.
pub(super) fn close(text: &str, start: usize) -> String {
    let mut inline = Inline {
        text,
        at: start,
        ticks: Ticks::default(),
        stack: Stack::default(),
        brackets: Vec::new(),
        formula: None,
        angle: 0,
        end: text.len(),
        closer: String::new(),
        link: None,
    };
    if start < text.len() {
        while inline.at < inline.end {
            inline.step();
        }
    }
    inline.finish(start)
}

impl Inline<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) {
        let Some(&byte) = self.text.as_bytes().get(self.at) else { return };
        match byte {
            b'\\' => self.backslash(),
            b'`' => self.code(),
            b'$' => self.dollar(),
            _ if self.formula.is_some() => self.at += 1,
            b'*' | b'_' | b'~' => self.emphasis(byte),
            b'!' if self.rest().starts_with("![") => self.bracket(2),
            b'[' => self.bracket(1),
            b']' => self.close_bracket(),
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

    fn backslash(&mut self) {
        let next = self.text.as_bytes().get(self.at + 1);
        match (next, self.formula) {
            (None, _) => return self.cut(self.at),
            (Some(b'('), None) => self.formula = Some((self.at, "\\)")),
            (Some(b'['), None) => self.formula = Some((self.at, "\\]")),
            (Some(b')'), Some((_, "\\)"))) | (Some(b']'), Some((_, "\\]"))) => self.formula = None,
            _ => {}
        }
        self.at += 1 + usize::from(next.is_some_and(u8::is_ascii));
    }

    fn code(&mut self) {
        let len = run(self.rest(), b'`');
        if let Some(end) = self.ticks.close(self.text, self.at, len) {
            self.at = end;
        } else if self.at + len == self.text.len() {
            self.cut(self.at);
        } else {
            // The rest is code; a blank keeps it apart from backticks that end it.
            let code = self.text.trim_end_matches('`').len();
            self.cut(code);
            self.closer = "`".repeat(len);
        }
    }

    fn dollar(&mut self) {
        let len = run(self.rest(), b'$');
        let next = self.text.as_bytes().get(self.at + len);
        match (len, self.formula) {
            (1, Some((_, "$"))) | (2, Some((_, "$$"))) => self.formula = None,
            (_, None) if next.is_none() => return self.cut(self.at),
            // An amount of money, more likely.
            (1, None) if next.is_some_and(|byte| byte.is_ascii_digit() || byte.is_ascii_whitespace()) => {}
            (1, None) => self.formula = Some((self.at, "$")),
            (2, None) => self.formula = Some((self.at, "$$")),
            _ => {}
        }
        self.at += len;
    }

    fn emphasis(&mut self, byte: u8) {
        let len = run(self.rest(), byte);
        if self.at + len == self.text.len() {
            return self.cut(self.at);
        }
        self.stack.read(self.text, self.at, byte, len);
        self.at += len;
    }

    fn angle(&mut self) {
        if self.at >= self.angle {
            let stop = self.rest().find([' ', '\n', '>']);
            match stop {
                Some(len) => self.angle = self.at + len,
                None => return self.cut(self.at),
            }
        }
        self.at += 1;
    }

    fn entity(&mut self) {
        let name = self.rest().trim_start_matches('&');
        if name.len() < 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#') {
            self.cut(self.at);
        } else {
            self.at += 1;
        }
    }

    fn finish(mut self, start: usize) -> String {
        if start >= self.text.len() {
            return self.text.into();
        }
        self.drop_empty_formula();
        let shown = self.text.get(..self.end).unwrap_or_default();
        let kept = if self.end > start { shown.trim_end() } else { shown };
        let mut out = String::with_capacity(kept.len() + 16);
        self.copy(kept, &mut out);
        out.push(CUT);
        out.push_str(self.formula.map_or("", |(_, closer)| closer));
        out.push_str(&self.closer);
        self.stack.close(&mut out);
        out
    }

    /// A formula in which there is nothing yet isn't shown.
    fn drop_empty_formula(&mut self) {
        if let Some((at, closer)) = self.formula {
            let tex = self.text.get(at + closer.len()..self.end).unwrap_or_default();
            if tex.trim().is_empty() {
                self.formula = None;
                self.end = at;
            }
        }
    }
}
