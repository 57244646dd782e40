//! Answers that are said twice: some servers end a stream of deltas with a `message` that repeats all of them, and some send a
//! `message` each time that has all of the answer so far.

use std::hash::{DefaultHasher, Hasher};

/// All that was said so far, as lengths and hashes.
#[derive(Debug, Default)]
pub(crate) struct Repeat {
    text: Sum,
    reasoning: Sum,
    /// Whether anything came in a delta: a message then repeats that.
    has_deltas: bool,
}

/// The form in which a piece came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Came {
    pub(crate) is_message: bool,
    /// Whether the answer ends with it.
    pub(crate) is_last: bool,
}

#[derive(Debug, Default)]
struct Sum {
    length: usize,
    hasher: DefaultHasher,
    /// Whether each message has gone on from the one before, or repeated it. Unknown before the second.
    goes_on: Option<bool>,
}

impl Repeat {
    /// The new part of a piece of the text and of the reasoning. It is added to what was said.
    pub(crate) fn fresh(&mut self, text: String, reasoning: String, came: Came) -> (String, String) {
        if !came.is_message {
            self.has_deltas = self.has_deltas || !text.is_empty() || !reasoning.is_empty();
            self.text.add(&text);
            self.reasoning.add(&reasoning);
            return (text, reasoning);
        }
        let is_repeated = self.has_deltas || came.is_last;
        (self.text.fresh(text, is_repeated, came.is_last), self.reasoning.fresh(reasoning, is_repeated, came.is_last))
    }
}

impl Sum {
    fn fresh(&mut self, mut text: String, is_repeated: bool, is_last: bool) -> String {
        if self.length > 0 && !text.is_empty() {
            // The last may be the whole answer, after messages that have gone on.
            let repeats = (self.goes_on != Some(true) || is_last) && self.is_beginning_of(&text);
            let is_same = repeats && text.len() == self.length;
            // Two that are the same may be two words that are the same.
            if repeats && (!is_same || is_repeated || self.goes_on == Some(false)) {
                self.goes_on = Some(false);
                text.drain(..self.length);
            } else {
                self.goes_on = Some(true);
            }
        }
        self.add(&text);
        text
    }

    fn is_beginning_of(&self, text: &str) -> bool {
        text.get(..self.length).is_some_and(|beginning| {
            let mut sum = Self::default();
            sum.add(beginning);
            sum.hasher.finish() == self.hasher.finish()
        })
    }

    fn add(&mut self, text: &str) {
        self.length += text.len();
        self.hasher.write(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELTA: Came = Came { is_message: false, is_last: false };
    const MESSAGE: Came = Came { is_message: true, is_last: false };
    const LAST: Came = Came { is_message: true, is_last: true };

    /// The new parts of these texts.
    fn fresh(pieces: &[(&str, Came)]) -> String {
        let mut repeat = Repeat::default();
        pieces.iter().map(|(text, came)| repeat.fresh((*text).into(), String::new(), *came).0).collect()
    }

    #[test]
    fn a_message_that_repeats_the_deltas_is_told_from_one_that_goes_on() {
        assert_eq!(fresh(&[("Hel", DELTA), ("lo!", DELTA), ("Hello!", MESSAGE)]), "Hello!");
        assert_eq!(fresh(&[("Hel", DELTA), ("lo!", MESSAGE)]), "Hello!", "as long, and something else");
        assert_eq!(fresh(&[("Hel", DELTA), ("Hel", DELTA)]), "HelHel", "a delta may say the same again");
        assert_eq!(fresh(&[("Hel", DELTA), ("Hello!", LAST)]), "Hello!", "it may know more");
        assert_eq!(fresh(&[("", MESSAGE), ("Hi", MESSAGE)]), "Hi", "the first repeats nothing");
    }

    #[test]
    fn messages_go_on_or_each_has_all() {
        assert_eq!(fresh(&[("Hel", MESSAGE), ("lo", MESSAGE), ("Hello", MESSAGE)]), "HelloHello");
        assert_eq!(fresh(&[("Hel", MESSAGE), ("lo", MESSAGE), ("Hello", LAST)]), "Hello");
        assert_eq!(fresh(&[("Hel", MESSAGE), ("lo", MESSAGE), ("Hello!", LAST)]), "Hello!");
        assert_eq!(fresh(&[("ha", MESSAGE), ("ha", MESSAGE), ("!", LAST)]), "haha!");
        assert_eq!(fresh(&[("Hel", MESSAGE), ("Hello", MESSAGE), ("Hello", MESSAGE), ("Hello!", LAST)]), "Hello!");
        assert_eq!(fresh(&[("Hello", MESSAGE), ("Hello", LAST)]), "Hello");
    }

    #[test]
    fn thoughts_are_repeated_as_text_is() {
        let mut repeat = Repeat::default();
        let mut fresh = |text: &str, thought: &str, came| repeat.fresh(text.into(), thought.into(), came);
        assert_eq!(fresh("", "Hm", DELTA), (String::new(), "Hm".into()));
        assert_eq!(fresh("Hi", "", DELTA), ("Hi".into(), String::new()));
        assert_eq!(fresh("Hi", "Hm", LAST), Default::default());
    }
}
