//! Checks that a client receives each of its deltas once and in order, and no other stream's.

use crate::marker::Stamp;
use std::{collections::BTreeSet, fmt, ops::AddAssign};

/// The number of a stream, unique in a run.
pub(crate) type StreamId = u32;

/// A sequence number further ahead than this is invalid.
const FARTHEST: u32 = 1 << 20;

/// The number of faults of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// Missing, although later ones arrived.
    pub(crate) lost: u64,
    /// Arrived again.
    pub(crate) doubled: u64,
    /// Arrived after a later one.
    pub(crate) late: u64,
    /// Belonged to another stream.
    pub(crate) foreign: u64,
    /// Text that no model has written.
    pub(crate) spoilt: u64,
}

impl Faults {
    /// The sum of all kinds.
    pub(crate) const fn sum(&self) -> u64 {
        self.lost + self.doubled + self.late + self.foreign + self.spoilt
    }
}

impl AddAssign for Faults {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.late += other.late;
        self.foreign += other.foreign;
        self.spoilt += other.spoilt;
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, doubled, late, foreign, spoilt } = self;
        write!(f, "{lost} lost, {doubled} doubled, {late} late, {foreign} foreign, {spoilt} spoilt")
    }
}

/// Reads one stream's text as it arrives. Its division into events doesn't matter.
#[derive(Debug)]
pub(crate) struct Check {
    stream: StreamId,
    /// The beginning of an incomplete word.
    word: String,
    /// The next expected number.
    next: u32,
    /// Missing numbers before it.
    missing: BTreeSet<u32>,
    faults: Faults,
}

impl Check {
    /// A check of a stream without any text yet.
    pub(crate) const fn new(stream: StreamId) -> Self {
        let faults = Faults { lost: 0, doubled: 0, late: 0, foreign: 0, spoilt: 0 };
        Self { stream, word: String::new(), next: 1, missing: BTreeSet::new(), faults }
    }

    /// Reads more text, and calls back with the stamp of each delta that it completes.
    pub(crate) fn feed(&mut self, text: &str, mut heard: impl FnMut(Stamp)) {
        for piece in text.split_inclusive(' ') {
            self.word.push_str(piece);
            if let Some(word) = self.word.strip_suffix(' ') {
                match Stamp::parse(word) {
                    Some(stamp) if stamp.stream == self.stream => {
                        self.count(stamp.number);
                        heard(stamp);
                    }
                    Some(_) => self.faults.foreign += 1,
                    None => self.faults.spoilt += 1,
                }
                self.word.clear();
            }
        }
    }

    fn count(&mut self, number: u32) {
        if number == 0 || number > self.next.saturating_add(FARTHEST) {
            self.faults.spoilt += 1;
        } else if number >= self.next {
            self.missing.extend(self.next..number);
            self.next = number + 1;
        } else if self.missing.remove(&number) {
            self.faults.late += 1;
        } else {
            self.faults.doubled += 1;
        }
    }

    /// The number of deltas received, each counted once.
    pub(crate) fn heard(&self) -> u32 {
        self.next - 1 - u32::try_from(self.missing.len()).unwrap_or(u32::MAX)
    }

    /// The faults so far. Missing deltas count as lost.
    pub(crate) fn faults(&self) -> Faults {
        let spoilt = self.faults.spoilt + u64::from(!self.word.is_empty());
        Faults { lost: self.missing.len() as u64, spoilt, ..self.faults }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The faults in deltas with these numbers, and the number received.
    fn check(numbers: &[u32]) -> (Faults, u32) {
        let mut check = Check::new(7);
        for &number in numbers {
            check.feed(&delta(7, number), |_| ());
        }
        (check.faults(), check.heard())
    }

    fn delta(stream: u32, number: u32) -> String {
        Stamp { stream, number, written: 1_000_000 }.to_string()
    }

    #[test]
    fn a_whole_stream_in_order_has_no_faults() {
        assert_eq!(check(&[1, 2, 3, 4]), (Faults::default(), 4));
        assert_eq!(check(&[]), (Faults::default(), 0));
    }

    #[test]
    fn a_lost_delta_is_found() {
        assert_eq!(check(&[1, 3, 4]), (Faults { lost: 1, ..Faults::default() }, 3));
        assert_eq!(check(&[2]), (Faults { lost: 1, ..Faults::default() }, 1), "the first, too");
        assert_eq!(check(&[1, 5, 9]), (Faults { lost: 6, ..Faults::default() }, 3));
    }

    #[test]
    fn a_doubled_delta_is_found() {
        assert_eq!(check(&[1, 2, 2, 3]), (Faults { doubled: 1, ..Faults::default() }, 3));
        assert_eq!(check(&[1, 2, 3, 1]), (Faults { doubled: 1, ..Faults::default() }, 3));
    }

    #[test]
    fn swapped_deltas_are_found() {
        assert_eq!(check(&[1, 3, 2, 4]), (Faults { late: 1, ..Faults::default() }, 4));
        let late_and_again = Faults { late: 1, doubled: 1, ..Faults::default() };
        assert_eq!(check(&[1, 3, 2, 2]), (late_and_again, 3));
    }

    #[test]
    fn a_delta_of_another_stream_is_found() {
        let mut check = Check::new(7);
        for text in [delta(7, 1), delta(8, 2), delta(7, 2)] {
            check.feed(&text, |stamp| assert_eq!(stamp.stream, 7));
        }
        assert_eq!(check.faults(), Faults { foreign: 1, ..Faults::default() });
    }

    #[test]
    fn text_without_a_stamp_is_found() {
        for text in ["Hello ", "7.1 ", "7.0.5 ", "7.4000000000.5 ", "7.1.5", "  "] {
            let mut check = Check::new(7);
            check.feed(text, |_| ());
            assert!(check.faults().spoilt > 0, "{text:?}");
        }
    }

    #[test]
    fn the_division_of_the_text_does_not_matter() {
        let text: String = (1..=12).map(|number| delta(7, number)).collect();
        for length in 1..=text.len() {
            let mut check = Check::new(7);
            let mut heard = Vec::new();
            let pieces = text.as_bytes().chunks(length);
            pieces.for_each(|piece| check.feed(str::from_utf8(piece).unwrap(), |stamp| heard.push(stamp.number)));
            assert_eq!((check.faults(), heard), (Faults::default(), (1..=12).collect()), "pieces of {length}");
        }
    }
}
