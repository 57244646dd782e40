//! A dollar of which it isn't known yet whether it is an amount, a name, or the start of a formula.

use super::Ending;
use crate::markdown::source::{code_spans::CodeSpans, flank::is_cjk, line::run};

/// A formula in a line that is longer than this, in bytes, is seen before it has ended.
const LONGEST: usize = 80;

/// The role of a dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dollar {
    /// Itself.
    Text,
    /// The start of a formula that ends there.
    Closed(usize),
    /// The start of a formula that is open.
    Formula,
    /// Nobody knows yet.
    Unknown,
}

/// The role of the lone dollar at `at`, by the rules of [`formula`](super::super::formula), as far as the text has arrived.
pub(super) fn dollar(text: &str, at: usize, code_spans: &mut CodeSpans, ending: Ending) -> Dollar {
    let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at));
    if before.is_some_and(u8::is_ascii_alphanumeric) || text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_whitespace)
    {
        return Dollar::Text;
    }
    closed(text, at, code_spans).unwrap_or_else(|| guess(text.get(at + 1..).unwrap_or_default(), ending))
}

/// Whether the formula that the dollar at `at` would open is closed, or never will be.
fn closed(text: &str, at: usize, code_spans: &mut CodeSpans) -> Option<Dollar> {
    let bytes = text.as_bytes();
    let mut end = at + 1;
    loop {
        match bytes.get(end)? {
            b'\\' if matches!(bytes.get(end + 1), Some(b'(' | b'[')) => return Some(Dollar::Text),
            b'\\' => end += 1,
            b'`' => {
                let len = run(text.get(end..)?, b'`');
                if code_spans.end_of_span(text, end, len).is_some() {
                    return Some(Dollar::Text);
                }
                end += len - 1;
            }
            b'$' => return closing(text, end),
            _ => {}
        }
        end += 1;
    }
}

/// The role that the dollar at `end` gives to the one before it.
fn closing(text: &str, end: usize) -> Option<Dollar> {
    let bytes = text.as_bytes();
    let after_blank = bytes.get(end - 1).is_some_and(u8::is_ascii_whitespace);
    match bytes.get(end + 1) {
        None if !after_blank => None,
        Some(b'$') => Some(Dollar::Text),
        Some(next) if !after_blank && !next.is_ascii_digit() => Some(Dollar::Closed(end + 1)),
        _ => Some(Dollar::Text),
    }
}

/// The role of a dollar whose formula would go on as `tex`.
pub(super) fn guess(tex: &str, ending: Ending) -> Dollar {
    let is_amount = tex.starts_with(|c: char| c.is_ascii_digit());
    if words(tex) > usize::from(!is_amount) {
        return Dollar::Text;
    }
    if ending == Ending::Open && tex.len() < LONGEST {
        return Dollar::Unknown;
    }
    let is_formula = tex.contains(['\\', '^', '=']) || (!is_amount && tex.contains(['{', '+', '<', '>']));
    if is_formula { Dollar::Formula } else { Dollar::Text }
}

/// How many words are in `tex` that no formula has: of three letters or more, not all of them large, neither a command nor
/// an index nor between braces. A Chinese character is a word.
fn words(tex: &str) -> usize {
    let (mut words, mut letters, mut depth) = (0, 0, 0_usize);
    let mut before = ' ';
    for c in tex.chars() {
        let goes_on = letters > 0 || !(before.is_alphanumeric() || matches!(before, '\\' | '_' | '^'));
        letters = if c.is_alphabetic() && goes_on { letters + 1 } else { 0 };
        let is_word = (letters == 3 && c.is_lowercase()) || is_cjk(c);
        words += usize::from(is_word && depth == 0);
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = c;
    }
    words
}
