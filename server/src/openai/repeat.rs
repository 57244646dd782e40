//! Answers that are said twice: some servers end a stream of deltas with a `message` that repeats all of them.

use std::hash::{DefaultHasher, Hasher};

/// What the deltas have said so far, as a length and a hash.
#[derive(Debug, Default)]
pub(super) struct Repeat {
    text: Sum,
    reasoning: Sum,
}

#[derive(Debug, Default)]
struct Sum {
    length: usize,
    hasher: DefaultHasher,
}

impl Repeat {
    /// Whether a message says all that was said before it, and nothing else. Anything else is added to what was said.
    pub(super) fn is_repetition(&mut self, text: &str, reasoning: &str, is_message: bool) -> bool {
        let is_repetition = is_message
            && self.text.length > 0
            && Sum::of(text) == self.text
            && (reasoning.is_empty() || Sum::of(reasoning) == self.reasoning);
        if !is_repetition {
            self.text.add(text);
            self.reasoning.add(reasoning);
        }
        is_repetition
    }
}

impl Sum {
    fn of(text: &str) -> Self {
        let mut sum = Self::default();
        sum.add(text);
        sum
    }

    fn add(&mut self, text: &str) {
        self.length += text.len();
        self.hasher.write(text.as_bytes());
    }
}

impl PartialEq for Sum {
    fn eq(&self, other: &Self) -> bool {
        self.length == other.length && self.hasher.finish() == other.hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_repeats_the_deltas_is_told_from_one_that_goes_on() {
        let mut repeat = Repeat::default();
        assert!(!repeat.is_repetition("", "Hm", false));
        assert!(!repeat.is_repetition("Hel", "", false));
        assert!(!repeat.is_repetition("lo!", "", true), "as long as what was said, and something else");
        assert!(!repeat.is_repetition("Hello!", "", false), "a delta may say the same again");
        assert!(repeat.is_repetition("Hello!Hello!", "", true));
        assert!(repeat.is_repetition("Hello!Hello!", "Hm", true));
        assert!(!repeat.is_repetition("Hello!Hello!", "Ah", true));
    }

    #[test]
    fn the_first_message_repeats_nothing() {
        assert!(!Repeat::default().is_repetition("Hi", "", true));
        assert!(!Repeat::default().is_repetition("", "", true));
    }
}
