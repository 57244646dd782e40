//! Maps the ends of a selection from a text to its next version.

/// The number of equal units that end a difference.
const MIN_MATCH: usize = 8;

/// The longest difference that is searched for, in units of both texts together.
const MAX_DIFFERENCE: usize = 512;

/// Maps the start and the end of a selection from `old` to `new`. Text that replaces all of the selection is selected.
pub(super) fn aligned(old: &[u16], new: &[u16], start: Option<usize>, end: Option<usize>) -> [Option<usize>; 2] {
    let start = start.map(|at| place(old, new, at, true));
    let end = end.map(|at| place(old, new, at, false));
    if start.zip(end).is_some_and(|(start, end)| start > end) { [end, start] } else { [start, end] }
}

/// Maps an offset from `old` to `new`. Text that is inserted at the start or the end of a selection does not become part of
/// it.
fn place(old: &[u16], new: &[u16], at: usize, is_start: bool) -> usize {
    let (mut from, mut to) = (0, 0);
    loop {
        let same = old[from..].iter().zip(&new[to..]).take_while(|(was, is)| was == is).count();
        if at < from + same || at == from + same && !is_start {
            return to + at - from;
        }
        (from, to) = (from + same, to + same);
        let (gone, come) = difference(&old[from..], &new[to..]);
        if at < from + gone || at == from + gone && (!is_start || gone + come == 0) {
            return to + place_by_subsequence(&old[from..from + gone], &new[to..to + come], at - from, is_start);
        }
        if gone + come == 0 {
            return (to + at - from).min(new.len());
        }
        (from, to) = (from + gone, to + come);
    }
}

/// The lengths that were removed and inserted before both texts are equal again.
fn difference<'a>(old: &'a [u16], new: &'a [u16]) -> (usize, usize) {
    let some = |text: &'a [u16], from: usize| text.get(from..from + MIN_MATCH);
    let is_same = |gone: usize, come: usize| some(old, gone).is_some_and(|text| some(new, come) == Some(text));
    let of_length = |length: usize| (0..=length).map(move |gone| (gone, length - gone));
    let longest = MAX_DIFFERENCE.min(old.len() + new.len());
    let found = (1..=longest).flat_map(of_length).find(|(gone, come)| is_same(*gone, *come));
    found.unwrap_or((old.len().min(MAX_DIFFERENCE), new.len().min(MAX_DIFFERENCE)))
}

/// Maps an offset between short, very different texts, by their
/// [longest common subsequence](https://en.wikipedia.org/wiki/Longest_common_subsequence).
fn place_by_subsequence(old: &[u16], new: &[u16], at: usize, is_start: bool) -> usize {
    // The length of that subsequence for the rests of both texts.
    let mut common = vec![vec![0_u16; new.len() + 1]; old.len() + 1];
    for was in (0..old.len()).rev() {
        for is in (0..new.len()).rev() {
            common[was][is] = if old[was] == new[is] {
                common[was + 1][is + 1] + 1
            } else {
                common[was + 1][is].max(common[was][is + 1])
            };
        }
    }
    let (mut was, mut is, mut end) = (0, 0, 0);
    while was < old.len() && is < new.len() {
        if old[was] == new[is] {
            match (was < at, is_start) {
                (true, _) => end = is + 1,
                (false, true) => return is,
                (false, false) => return end,
            }
            (was, is) = (was + 1, is + 1);
        } else if common[was + 1][is] >= common[was][is + 1] {
            was += 1;
        } else {
            is += 1;
        }
    }
    if is_start { new.len() } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Selects the part of `old` in brackets. Returns `new` with brackets around the selection there.
    fn selected(old: &str, new: &str) -> String {
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        let (before, rest) = old.split_once('[').unwrap();
        let (chosen, after) = rest.split_once(']').unwrap();
        let (start, end) = (units(before).len(), units(before).len() + units(chosen).len());
        let (old, new) = (units(&[before, chosen, after].concat()), units(new));
        let [start, end] = aligned(&old, &new, Some(start), Some(end)).map(Option::unwrap);
        let text = |units: &[u16]| String::from_utf16(units).unwrap();
        [&text(&new[..start]), "[", &text(&new[start..end]), "]", &text(&new[end..])].concat()
    }

    #[test]
    fn a_text_that_grows_keeps_its_places() {
        assert_eq!(selected("a [word]", "a word and more"), "a [word] and more");
        assert_eq!(selected("[a] word", "a word and more"), "[a] word and more");
        assert_eq!(selected("😀 [é😀] x", "😀 é😀 x and"), "😀 [é😀] x and");
        assert_eq!(selected("a [word]", "a word"), "a [word]");
    }

    #[test]
    fn marks_that_come_or_go_around_a_selection_are_no_part_of_it() {
        assert_eq!(
            selected("two [stars] here and on", "two *stars* here and on it goes"),
            "two *[stars]* here and on it goes"
        );
        assert_eq!(selected("I [think of] it", "I *think* of it\nNext text"), "I *[think* of] it\nNext text");
        assert_eq!(selected("a **[bold]** word, and so on", "a bold word, and so on"), "a [bold] word, and so on");
        assert_eq!(selected("| a | [b] | and then", "ab and then"), "a[b] and then");
    }

    #[test]
    fn a_selection_across_a_change_has_the_change_in_it() {
        assert_eq!(selected("one [two $x_1$ three] four", "one two x1 three four"), "one [two x1 three] four");
    }

    #[test]
    fn a_text_that_is_gone_leaves_a_place_and_another_takes_it() {
        assert_eq!(selected("a [word]", ""), "[]");
        assert_eq!(selected("a [word] here and on", "a  here and on"), "a [] here and on");
        assert_eq!(selected("a [word]", "a xyz"), "a [xyz]");
        assert_eq!(selected("[a]", "xyz"), "[xyz]");
    }

    #[test]
    fn an_end_that_is_elsewhere_stays_there() {
        let units: Vec<u16> = "text".encode_utf16().collect();
        assert_eq!(aligned(&units, &units, Some(1), None), [Some(1), None]);
        assert_eq!(aligned(&units, &units, None, Some(4)), [None, Some(4)]);
    }
}
