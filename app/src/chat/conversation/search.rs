//! Search in a conversation's texts.

use super::message::Message;

/// A search result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The conversation's id.
    pub conversation: String,
    /// The message's id; empty if the title matches.
    pub message: String,
    /// The text around the match, on one line.
    pub excerpt: String,
}

/// The characters of an excerpt before the match, and from its beginning on.
const BEFORE: usize = 30;
const AFTER: usize = 90;

/// The searchable texts of a message: its text, its reasoning, the names of its files, and the text files.
pub fn texts_of(message: &Message) -> impl Iterator<Item = &str> {
    let named = message.files.iter().map(|file| file.name.as_str());
    let sent = message.files.iter().filter(|file| !file.is_image()).map(|file| file.data.as_str());
    [message.text.as_str(), message.reasoning.as_str()].into_iter().chain(named).chain(sent)
}

/// The length of a part that is searched at once, and its overlap with the next part, in bytes.
const PART: usize = 128 * 1024;
const OVERLAP: usize = 4096;

/// Splits a text into overlapping parts. The browser can't be interrupted while it converts a part to lower case.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.floor_char_boundary(PART);
        rest = (end < text.len()).then(|| &text[text.floor_char_boundary(end - OVERLAP)..]);
        Some(&text[..end])
    })
}

/// The text around `needle`, which is folded, on one line. None if the text doesn't contain it. `fold` makes a text
/// comparable: see [`fold`](crate::chat::conversation::case_fold::fold).
#[must_use]
pub fn excerpt(text: &str, needle: &str, fold: &dyn Fn(&str) -> String) -> Option<String> {
    let at = fold(text).find(needle)?;
    let skipped = text[..place(text, at, fold)].chars().count().saturating_sub(BEFORE);
    let mut excerpt = String::from(if skipped > 0 { "…" } else { "" });
    let mut rest = text.chars().skip(skipped);
    for letter in rest.by_ref().take(BEFORE + AFTER) {
        excerpt.push(if letter.is_ascii_whitespace() { ' ' } else { letter });
    }
    if rest.next().is_some() {
        excerpt.push('…');
    }
    Some(excerpt)
}

/// Maps a position in the folded text back to the text. One letter may become several, or several one. So this searches for
/// the longest prefix that is no longer than `at` when it is folded.
fn place(text: &str, at: usize, fold: &dyn Fn(&str) -> String) -> usize {
    if text.is_ascii() {
        return at;
    }
    let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
    let count = places.partition_point(|place| fold(&text[..*place]).len() <= at);
    count.checked_sub(1).map_or(0, |last| places[last])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::conversation::File;

    fn in_text(text: &str, needle: &str) -> Option<String> {
        excerpt(text, needle, &str::to_lowercase)
    }

    #[test]
    fn words_are_found_in_any_case_and_shown_as_they_were_written() {
        assert_eq!(in_text("Die Ähre\nsteht.", "ähre"), Some("Die Ähre steht.".into()));
        assert_eq!(in_text("Die Ähre", "halm"), None);
    }

    #[test]
    fn an_excerpt_of_a_long_text_is_short_and_has_the_words_in_it() {
        let text = ["é".repeat(1000).as_str(), "Needle", "é".repeat(1000).as_str()].concat();
        let excerpt = in_text(&text, "needle").unwrap();
        assert!(excerpt.contains("Needle") && excerpt.starts_with('…') && excerpt.ends_with('…'));
        assert_eq!(excerpt.chars().count(), BEFORE + AFTER + 2);
    }

    #[test]
    fn letters_that_are_longer_in_lower_case_break_nothing() {
        assert!(in_text(&"İ".repeat(500), "i̇").is_some());
        let excerpt = in_text(&["İ".repeat(500).as_str(), "x"].concat(), "x");
        assert_eq!(excerpt, Some(["…", "İ".repeat(BEFORE).as_str(), "x"].concat()));
    }

    #[test]
    fn an_excerpt_has_what_was_found_where_folding_changes_lengths() {
        // As the browser's normalisation does with half-width letters and their marks, ligatures and accents.
        let changes = [("ｶ\u{ff9e}", "ガ"), ("ｶ", "カ"), ("ﬁ", "fi"), ("ﷺ", "صلى الله عليه وسلم"), ("e\u{301}", "é")];
        let fold = |text: &str| changes.iter().fold(text.to_lowercase(), |text, (from, to)| text.replace(from, to));
        for (from, _) in changes {
            let text = [from.repeat(400).as_str(), "Needle", from.repeat(400).as_str()].concat();
            let excerpt = excerpt(&text, "needle", &fold).unwrap();
            let before = excerpt.split("Needle").next().unwrap().chars().count();
            assert!(excerpt.contains("Needle") && before <= BEFORE + 2, "{from}: {excerpt}");
        }
        assert_eq!(excerpt("an oﬃce ｶ\u{ff9e}", "ガ", &fold), Some("an oﬃce ｶ\u{ff9e}".into()));
    }

    #[test]
    fn what_was_thought_and_what_was_sent_along_is_found_too_but_no_picture_is_read() {
        let file =
            |name: &str, mime: &str, data: &str| File { name: name.into(), mime: mime.into(), data: data.into() };
        let files = vec![file("Plan.txt", "text/plain", "Sow in May"), file("a.png", "image/png", "data:,abc")];
        let message = Message { id: "a".into(), reasoning: "Hm, rye".into(), files, ..Message::default() };
        let found = |needle| texts_of(&message).find_map(|text| in_text(text, needle));
        assert_eq!(found("rye").as_deref(), Some("Hm, rye"));
        assert_eq!(found("plan").as_deref(), Some("Plan.txt"));
        assert_eq!(found("in may").as_deref(), Some("Sow in May"));
        assert_eq!((found("a.png").as_deref(), found("data:")), (Some("a.png"), None));
    }

    #[test]
    fn a_long_text_is_searched_as_a_whole() {
        let text = "é".repeat(PART * 2);
        assert!(parts(&text).count() > 3 && parts(&text).all(|part| part.len() <= PART));
        for at in (0..text.len()).step_by(PART / 16) {
            let mut text = text.clone();
            text.insert_str(text.floor_char_boundary(at), "needle");
            assert!(parts(&text).any(|part| part.contains("needle")), "{at}");
        }
        assert_eq!(parts("").collect::<Vec<_>>(), [""]);
    }
}
