//! Half a link is its text, once it is known to be one.

use super::super::Ending;
use super::Inline;
use crate::markdown::source::line::{find, prefix};

/// A bracket that stays open for longer than this isn't the text of a link.
pub(super) const LONGEST: usize = 200;

/// A bracket that is open: `[` or `![`.
#[derive(Clone, Copy)]
pub(super) struct Bracket {
    pub(super) at: usize,
    len: usize,
    /// The number of open round brackets.
    rounds: usize,
}

/// The part of the round brackets that has arrived.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    /// All of it, so many bytes.
    Whole(usize),
    Half,
    /// It is none.
    None,
}

impl Inline<'_> {
    pub(super) fn bracket(&mut self, len: usize) {
        self.brackets.push(Bracket { at: self.at, len, rounds: 0 });
        self.at += len;
    }

    /// `[0, 1)` is no link.
    pub(super) fn round_bracket(&mut self, byte: u8) {
        if let Some(bracket) = self.brackets.last_mut() {
            match (byte, bracket.rounds) {
                (b'(', _) => bracket.rounds += 1,
                (_, 0) => self.brackets.clear(),
                _ => bracket.rounds -= 1,
            }
        }
        self.at += 1;
    }

    /// Behind the text of a link comes its address: nothing of it is shown before it is complete.
    pub(super) fn close_bracket(&mut self) {
        let Some(open) = self.brackets.pop() else {
            self.at += 1;
            return;
        };
        let after = self.text.get(self.at + 1..).unwrap_or_default();
        match after.bytes().next() {
            None if self.ending == Ending::Open => self.wait_for(open),
            Some(b'(') => match target(after) {
                Target::Whole(len) => self.at += 1 + len,
                // `a[i](b)` is a call, more likely; and what is in a tag may be text.
                Target::Half
                    if may_be_html(self.text)
                        || self.has_link(open)
                        || self.text.get(..open.at).is_some_and(ends_in_word) =>
                {
                    self.wait_for(open);
                }
                Target::Half => {
                    self.link = Some(open);
                    self.cut(self.at);
                }
                Target::None => self.at += 1,
            },
            Some(b'[') => match after.find(']') {
                Some(len) => self.at += 2 + len,
                None => self.wait_for(open),
            },
            _ => self.at += 1,
        }
    }

    /// Whether another link, or an image, is in this bracket. What that is depends on where this one leads.
    fn has_link(&self, open: Bracket) -> bool {
        self.text.get(open.at..self.at).is_some_and(|label| find(label, "](").is_some())
    }

    /// Nothing is shown of what stands in this bracket.
    fn wait_for(&mut self, open: Bracket) {
        if self.ending == Ending::Open {
            self.brackets.push(open);
        } else {
            self.link = Some(open);
        }
        self.cut(self.at);
    }

    /// Copies `kept`, without the bracket of a link that has half arrived.
    pub(super) fn copy(&mut self, kept: &str, out: &mut String) {
        let is_cut = self.ending == Ending::Cut;
        let last = || self.brackets.pop().filter(|open| is_cut && kept.len() - open.at.min(kept.len()) < LONGEST);
        let Some(Bracket { at, len, .. }) = self.link.or_else(last) else {
            return out.push_str(kept);
        };
        out.push_str(kept.get(..at).unwrap_or(kept));
        let label = kept.get(at + len..).unwrap_or_default();
        if !label.starts_with('^') {
            out.push_str(label);
        }
    }
}

/// Whether a line starts with a tag. What comes after it may be text as it stands.
fn may_be_html(text: &str) -> bool {
    text.lines().any(|line| line.get(prefix(line, usize::MAX).len..).is_some_and(|rest| rest.starts_with('<')))
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// Reads `(address "title")`, from which `after` starts.
fn target(after: &str) -> Target {
    read_target(after.as_bytes()).unwrap_or(Target::Half)
}

/// The same; nothing where the text has ended.
fn read_target(bytes: &[u8]) -> Option<Target> {
    let start = skip_blanks(bytes, 1);
    let address = if *bytes.get(start)? == b'<' { pointed(bytes, start + 1) } else { plain(bytes, start) };
    let Target::Whole(end) = address else {
        return Some(address);
    };
    let title = skip_blanks(bytes, end);
    let quote = match *bytes.get(title)? {
        b')' => return Some(Target::Whole(title + 1)),
        quote @ (b'"' | b'\'') if title > end => quote,
        b'(' if title > end => b')',
        _ => return Some(Target::None),
    };
    let end = skip_blanks(bytes, quoted(bytes, title + 1, quote)?);
    Some(if *bytes.get(end)? == b')' { Target::Whole(end + 1) } else { Target::None })
}

fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    from + bytes.iter().skip(from).take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// An address between `<` and `>`, up to its end.
fn pointed(bytes: &[u8], from: usize) -> Target {
    let mut at = from;
    loop {
        match bytes.get(at) {
            None => return Target::Half,
            Some(b'>') => return Target::Whole(at + 1),
            Some(b'<' | b'\n') => return Target::None,
            Some(b'\\') => at += 2,
            _ => at += 1,
        }
    }
}

/// An address with as many brackets closed as opened, up to its end.
fn plain(bytes: &[u8], from: usize) -> Target {
    let (mut at, mut depth) = (from, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if bytes.get(at + 1).is_none_or(u8::is_ascii_punctuation) => at += 1,
            b'(' => depth += 1,
            b')' if depth == 0 => return Target::Whole(at),
            b')' => depth -= 1,
            byte if byte.is_ascii_whitespace() => {
                return if depth == 0 { Target::Whole(at) } else { Target::None };
            }
            _ => {}
        }
        at += 1;
    }
    Target::Half
}

/// The end of a title that `quote` ends.
fn quoted(bytes: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    while *bytes.get(at)? != quote {
        at += 1 + usize::from(bytes.get(at) == Some(&b'\\'));
    }
    Some(at + 1)
}
