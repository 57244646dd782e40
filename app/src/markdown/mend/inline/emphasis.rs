//! `*`, `_` and `~` that are open.

/// More than this at once aren't meant.
const DEEPEST: usize = 16;

/// What is open, the innermost last.
#[derive(Default)]
pub(super) struct Stack(Vec<(u8, usize)>);

impl Stack {
    /// Reads the run of `len` times `byte` at `at`: it closes what it can, and opens the rest.
    pub(super) fn read(&mut self, text: &str, at: usize, byte: u8, len: usize) {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + len..).and_then(|after| after.chars().next());
        let word = byte == b'_' && is_word(before) && is_word(after);
        if word || (byte == b'~' && len > 2) {
            return;
        }
        let left = if is_flanked(before, after) { self.take(byte, len) } else { len };
        if left > 0 && is_flanked(after, before) && self.0.len() < DEEPEST {
            self.0.push((byte, left));
        }
    }

    /// Closes up to `len` of what `byte` opened, and gives how many are left.
    fn take(&mut self, byte: u8, len: usize) -> usize {
        let mut left = len;
        while left > 0
            && let Some(index) = self.0.iter().rposition(|(open, _)| *open == byte)
        {
            self.0.truncate(index + 1);
            let Some((_, open)) = self.0.last_mut() else { break };
            let closed = left.min(*open);
            *open -= closed;
            left -= closed;
            if *open == 0 {
                self.0.pop();
            }
        }
        left
    }

    /// Writes what closes all of it.
    pub(super) fn close(&mut self, out: &mut String) {
        for (byte, len) in self.0.drain(..).rev() {
            for _ in 0..len {
                out.push(char::from(byte));
            }
        }
    }
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric() || !c.is_ascii() || c == '_')
}

/// Whether a run belongs to what stands on the side of `inner`.
fn is_flanked(inner: Option<char>, outer: Option<char>) -> bool {
    let Some(inner) = inner.filter(|c| !c.is_whitespace()) else { return false };
    !inner.is_ascii_punctuation() || outer.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation())
}
