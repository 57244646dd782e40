//! `*`, `_` and `~~` that are open.

use crate::markdown::source::flank::{Flanks, flanks};

/// More than this at once aren't meant.
const DEEPEST: usize = 16;

/// A longer word isn't waited for, in bytes.
const WORD: usize = 40;

/// A run that has opened something.
struct Run {
    byte: u8,
    /// The length of the run, and the part of it that is open.
    len: usize,
    open: usize,
    /// It could have closed something, too.
    is_both: bool,
}

/// The open runs, the innermost last.
#[derive(Default)]
pub(super) struct Stack(Vec<Run>);

impl Stack {
    /// Reads the run of `len` times `byte` at `at`: it closes what it can, and opens the rest.
    pub(super) fn read(&mut self, text: &str, at: usize, byte: u8, len: usize) {
        if byte == b'~' && len != 2 {
            return;
        }
        let Flanks { opens, closes } = flanks(text, at, len);
        let left = if closes { self.take(byte, len, opens) } else { len };
        if left > 0 && opens && self.0.len() < DEEPEST && !multiplies(text, at, byte, len) {
            self.0.push(Run { byte, len, open: left, is_both: closes });
        }
    }

    /// Closes up to `len` of what `byte` opened, and gives how many are left.
    fn take(&mut self, byte: u8, len: usize, is_both: bool) -> usize {
        let mut left = len;
        let fits = |run: &Run| {
            let odd = (is_both || run.is_both) && (len + run.len).is_multiple_of(3) && !len.is_multiple_of(3);
            run.byte == byte && !odd
        };
        while left > 0
            && let Some(index) = self.0.iter().rposition(fits)
        {
            self.0.truncate(index + 1);
            let Some(run) = self.0.last_mut() else { break };
            let closed = left.min(run.open);
            run.open -= closed;
            left -= closed;
            if run.open == 0 {
                self.0.pop();
            }
        }
        left
    }

    /// Writes what closes all of it.
    pub(super) fn close(&mut self, out: &mut String) {
        for Run { byte, open, .. } in self.0.drain(..).rev() {
            for _ in 0..open {
                out.push(char::from(byte));
            }
        }
    }
}

/// Whether the run of `len` stars at `at` may be an operator, and may open emphasis that ends in the same word: `a*b*c`.
pub(super) fn is_undecided(text: &str, at: usize, byte: u8, len: usize) -> bool {
    let rest = text.get(at + len..).unwrap_or_default();
    if rest.len() >= WORD || !multiplies(text, at, byte, len) {
        return false;
    }
    // No further back than a word is long: there is one such look for each run of stars.
    let before = text.get(text.ceil_char_boundary(at.saturating_sub(WORD))..at).unwrap_or_default();
    let is_second = before.rsplit(char::is_whitespace).next().is_some_and(|word| word.contains('*'));
    let is_word = !rest.contains(|c: char| c.is_whitespace() || c == '|');
    is_word && !is_second && !rest.trim_end_matches('*').contains('*')
}

/// Whether this is an operator between two operands: `2*3`, `a*b`, `f(x)*g(x)`, `2**10`. What is there may be closed later; more
/// likely it isn't.
fn multiplies(text: &str, at: usize, byte: u8, len: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let operand = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    let after = text.as_bytes().get(at + len).copied().unwrap_or(b' ');
    let is_short = before.len() - operand.len() == 1 && len == 1;
    let is_number = before.ends_with(|c: char| c.is_ascii_digit() || matches!(c, ')' | ']'));
    let is_factor = after.is_ascii_digit() && before.len() > operand.len();
    byte == b'*' && (after.is_ascii_alphanumeric() || after == b'(') && (is_short || is_number || is_factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// Looked through from its beginning at each star, this would take minutes.
    #[test]
    fn a_long_word_of_stars_is_not_looked_through_for_each_of_them() {
        let word = "é".repeat(500_000) + &"a*b".repeat(WORD / 4);
        let begun = Instant::now();
        for (at, _) in word.match_indices('*').cycle().take(50_000) {
            is_undecided(&word, at, b'*', 1);
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    }

    #[test]
    fn a_second_star_of_a_word_is_no_question() {
        assert!(is_undecided("so a*b", 4, b'*', 1));
        assert!(!is_undecided("so a*b*c", 6, b'*', 1));
        assert!(!is_undecided("so a*b c", 4, b'*', 1));
    }
}
