//! The items that a task sends.

use serde::{Serialize, de::DeserializeOwned};
use std::iter;

/// One piece of what a task makes, sent as one event.
///
/// The defaults describe a small value that can be neither cut nor joined: `impl Item for Line {}`. Larger values say how
/// large they are, so that the buffer for a slow reader is bounded in bytes; of size 0, up to 1,024 may wait. An item takes
/// 1 MiB of JSON at most: a larger one ends the task with [`Reason::Failed`](crate::Reason::Failed).
pub trait Item: Serialize + DeserializeOwned + Send + 'static {
    /// The name of its event. Events named `progress` say what a task waits for: they aren't counted as work. Any other name
    /// than these two needs a [`read`](Self::read) of its own. `start` and `exit` are the link's: an item of that name ends
    /// the task with [`Reason::Failed`](crate::Reason::Failed).
    fn event(&self) -> &'static str {
        "delta"
    }

    /// Reads an item from an event's name and its JSON. None for a name that this version doesn't know: the event is
    /// passed over. An error ends the task, and the page hears [`Reason::Failed`](crate::Reason::Failed).
    fn read(event: &str, json: &str) -> Option<serde_json::Result<Self>> {
        matches!(event, "delta" | "progress").then(|| serde_json::from_str(json))
    }

    /// The bytes of content, as far as they depend on the value.
    fn size(&self) -> usize {
        0
    }

    /// The bytes of content on the wire, JSON escapes included.
    fn encoded_size(&self) -> usize {
        self.size()
    }

    /// Cuts the value into pieces of at most `most` bytes. A value that can't be cut stays whole.
    fn pieces(self, most: usize) -> impl Iterator<Item = Self> + Send {
        _ = most;
        iter::once(self)
    }

    /// Appends `next`, so that both leave as one event. Returns `next` where the two can't be one.
    fn merge(&mut self, next: Self) -> Option<Self> {
        Some(next)
    }
}

macro_rules! small {
    ($($type:ty),*) => { $(impl Item for $type {})* };
}
small!((), bool, char, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

/// JSON cannot represent a number that isn't finite: it is written as `null` and arrives as NaN.
macro_rules! float {
    ($($type:ty),*) => { $(impl Item for $type {
        fn read(event: &str, json: &str) -> Option<serde_json::Result<Self>> {
            let read = || Ok(serde_json::from_str::<Option<Self>>(json)?.unwrap_or(Self::NAN));
            matches!(event, "delta" | "progress").then(read)
        }
    })* };
}
float!(f32, f64);

impl<T: Item> Item for Vec<T> {
    fn size(&self) -> usize {
        self.iter().map(|item| size_of::<T>() + item.size()).sum()
    }
}

impl<T: Item> Item for Option<T> {
    fn size(&self) -> usize {
        self.as_ref().map_or(0, Item::size)
    }
}

impl<A: Item, B: Item> Item for (A, B) {
    fn size(&self) -> usize {
        self.0.size() + self.1.size()
    }
}

impl Item for String {
    fn size(&self) -> usize {
        self.len()
    }

    fn encoded_size(&self) -> usize {
        json_length(self)
    }

    fn pieces(self, _: usize) -> impl Iterator<Item = Self> + Send {
        iter::once(self) // each string is a message of its own
    }
}

/// A text in pieces of at most `most` bytes, cut between characters. Yields at least one piece, which may be empty. Holds the whole
/// text until the last piece is taken: a delta longer than the channel's buffer takes its own length of memory while its
/// reader is slow.
pub fn cut(text: String, most: usize) -> impl Iterator<Item = String> + Send {
    let most = most.max(4); // the longest character
    let mut rest = Some((text, 0_usize));
    iter::from_fn(move || {
        let (text, start) = rest.take()?;
        let end = text.floor_char_boundary(start.saturating_add(most));
        if end == text.len() {
            return Some(if start == 0 { text } else { text[start..].to_owned() });
        }
        let piece = text[start..end].to_owned();
        rest = Some((text, end));
        Some(piece)
    })
}

/// Returns the length of a text in JSON, in bytes, without its quotes.
#[must_use]
pub fn json_length(text: &str) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(escaped).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_text_in_json_is_what_the_library_writes() {
        let every: String = (0..300).filter_map(char::from_u32).chain("\u{2028}🦀".chars()).collect();
        assert_eq!(json_length(&every) + 2, serde_json::to_string(&every).unwrap().len());
    }

    fn pieces(text: &str, most: usize) -> Vec<String> {
        cut(text.to_owned(), most).collect()
    }

    #[test]
    fn a_text_is_cut_between_characters_and_nothing_is_lost() {
        let text = "aé→🦀".repeat(50);
        for most in 0..60 {
            let pieces = pieces(&text, most);
            assert!(pieces.iter().all(|piece| (1..=most.max(4)).contains(&piece.len())), "{most}: {pieces:?}");
            assert_eq!(pieces.concat(), text);
        }
    }

    #[test]
    fn a_text_that_fits_is_one_piece() {
        assert_eq!(pieces("", 8), [""]);
        assert_eq!(pieces("12345678", 8), ["12345678"]);
        assert_eq!(pieces("123456789", 8), ["12345678", "9"]);
    }
}
