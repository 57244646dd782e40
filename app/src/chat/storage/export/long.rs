//! Long messages as JSON, read and written in pieces, because the JSON library can't be interrupted within a text.
//!
//! A long text is taken out of the message before the library sees it, and a placeholder stands in its place.

use crate::{
    chat::conversation::{File, Message},
    work::job::{Cancelled, Progress},
};
use std::ops::Range;

/// The bytes that are read or written between two checkpoints. A shorter record is parsed at once.
const PIECE: usize = 128 * 1024;

/// Texts longer than this, in bytes, are taken out of a long record.
const SHORT: usize = 4 * 1024;

/// The reason why a file could not be read.
#[derive(Debug)]
pub enum Unread {
    /// The person has cancelled.
    Cancelled,
    /// The file is wrong, for this reason.
    Wrong(String),
}

impl From<Cancelled> for Unread {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<serde_json::Error> for Unread {
    fn from(error: serde_json::Error) -> Self {
        Self::Wrong(error.to_string())
    }
}

/// The placeholder for the text with this number.
fn placeholder(number: usize) -> String {
    ["\0", &number.to_string()].concat()
}

/// Whether a text in JSON could be taken for a placeholder. Such a text gets one, too.
fn looks_like_placeholder(json: &[u8]) -> bool {
    json.starts_with(b"\\u0000")
}

/// The texts of a message that can be long.
fn long_texts(message: &mut Message) -> impl Iterator<Item = &mut String> {
    let files = message.files.iter_mut().flat_map(|File { name, data, .. }| [name, data]);
    [&mut message.text, &mut message.reasoning].into_iter().chain(files)
}

/// Reads a message. `at` is the number of bytes that were read before it.
///
/// # Errors
/// This is no message, or the person has cancelled.
pub async fn read_message(json: &[u8], at: usize, progress: &mut impl Progress) -> Result<Message, Unread> {
    if json.len() <= PIECE {
        return Ok(serde_json::from_slice(json)?);
    }
    let (short, mut long) = extract_long_texts(json, at, progress).await?;
    let mut message: Message = serde_json::from_slice(&short)?;
    for text in long_texts(&mut message) {
        let number = text.strip_prefix('\0').and_then(|number| number.parse::<usize>().ok());
        if let Some(taken) = number.and_then(|number| long.get_mut(number)) {
            *text = std::mem::take(taken);
        }
    }
    Ok(message)
}

/// The JSON with placeholders, and the long texts in order.
async fn extract_long_texts(
    json: &[u8],
    done: usize,
    progress: &mut impl Progress,
) -> Result<(Vec<u8>, Vec<String>), Unread> {
    let (mut short, mut long) = (Vec::new(), Vec::new());
    let (mut copied, mut at, mut pause) = (0, 0, PIECE);
    while let Some(begin) = find(json, at, b'"') {
        let end = end_of_text(json, begin + 1, done, progress).await?;
        if end - begin > SHORT || looks_like_placeholder(&json[begin + 1..end]) {
            short.extend_from_slice(&json[copied..begin]);
            short.extend(serde_json::to_vec(&placeholder(long.len()))?);
            long.push(unescape(json, begin + 1..end, done, progress).await?);
            copied = end + 1;
        }
        at = end + 1;
        if at >= pause {
            progress.checkpoint(done + at).await?;
            pause = at + PIECE;
        }
    }
    short.extend_from_slice(&json[copied..]);
    Ok((short, long))
}

fn find(json: &[u8], from: usize, byte: u8) -> Option<usize> {
    json.get(from..)?.iter().position(|other| *other == byte).map(|at| from + at)
}

/// The position of the quote that ends the text at `at`.
pub(super) async fn end_of_text(
    json: &[u8],
    mut at: usize,
    done: usize,
    progress: &mut impl Progress,
) -> Result<usize, Unread> {
    let mut pause = at + PIECE;
    loop {
        match json.get(at) {
            Some(b'"') => return Ok(at),
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return Err(Unread::Wrong("EOF while parsing a string".into())),
        }
        if at >= pause {
            progress.checkpoint(done + at).await?;
            pause = at + PIECE;
        }
    }
}

async fn unescape(
    json: &[u8],
    range: Range<usize>,
    done: usize,
    progress: &mut impl Progress,
) -> Result<String, Unread> {
    let mut text = String::new();
    let mut at = range.start;
    while at < range.end {
        let end = end_of_piece(json, at, range.end);
        let piece = [b"\"", &json[at..end], b"\""].concat();
        text.push_str(&serde_json::from_slice::<String>(&piece)?);
        at = end;
        progress.checkpoint(done + at).await?;
    }
    Ok(text)
}

/// The end of a piece of a text: between two characters, each of which may be an escape or a pair of escapes.
fn end_of_piece(json: &[u8], begin: usize, end: usize) -> usize {
    let mut at = begin;
    while at < end && at - begin < PIECE {
        at += match json.get(at..at + 4) {
            Some([b'\\', b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B']) => 12,
            Some([b'\\', b'u', ..]) => 6,
            Some([b'\\', ..]) => 2,
            _ => 1,
        };
    }
    while at < end && json.get(at).is_some_and(|byte| byte & 0xc0 == 0x80) {
        at += 1;
    }
    at.min(end)
}

/// A message as JSON, in pieces to be concatenated.
///
/// # Errors
/// The person has cancelled.
pub async fn write_message(
    message: &Message,
    done: usize,
    progress: &mut impl Progress,
) -> Result<Vec<String>, Cancelled> {
    let mut short = message.clone();
    let mut long = Vec::new();
    for text in long_texts(&mut short).filter(|text| text.len() > SHORT || text.starts_with('\0')) {
        let placeholder = placeholder(long.len());
        long.push(std::mem::replace(text, placeholder));
    }
    // A message can't fail to serialize: it has no maps with odd keys, and every number is an integer.
    let json = serde_json::to_string(&short).unwrap_or_default();
    let mut pieces = Vec::new();
    let mut rest = json.as_str();
    for (number, text) in long.iter().enumerate() {
        let placeholder = serde_json::to_string(&placeholder(number)).unwrap_or_default();
        let Some((before, after)) = rest.split_once(&placeholder) else { continue };
        pieces.push([before, "\""].concat());
        escape(text, &mut pieces, done, progress).await?;
        pieces.push("\"".into());
        rest = after;
    }
    pieces.push(rest.into());
    Ok(pieces)
}

async fn escape(
    mut text: &str,
    pieces: &mut Vec<String>,
    done: usize,
    progress: &mut impl Progress,
) -> Result<(), Cancelled> {
    while !text.is_empty() {
        let (piece, rest) = text.split_at(text.floor_char_boundary(PIECE));
        let quoted = serde_json::to_string(piece).unwrap_or_default();
        pieces.push(quoted.trim_start_matches('"').get(..quoted.len().saturating_sub(2)).unwrap_or_default().into());
        text = rest;
        progress.checkpoint(done).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::job::tests::CancelAfter;
    use futures::executor::block_on;

    fn long(text: &str) -> Message {
        let file = File { name: "a".into(), mime: "text/plain".into(), data: text.into() };
        Message { id: "a".into(), text: text.into(), reasoning: text.into(), files: vec![file], ..Message::default() }
    }

    #[test]
    fn pieces_are_what_the_library_writes_and_are_read_back() {
        for text in ["x", "é", "🦀", "\"", "\\", "\n", "\u{0}", "a\u{2028}\"", "\\\"\u{1}é🦀"] {
            let message = long(&text.repeat(2 * PIECE / text.len() + 7));
            let pieces = block_on(write_message(&message, 0, &mut CancelAfter(usize::MAX))).unwrap();
            let json = serde_json::to_string(&message).unwrap();
            assert!(pieces.len() > 9 && pieces.concat() == json, "{text:?}");
            let read = block_on(read_message(json.as_bytes(), 0, &mut CancelAfter(usize::MAX))).unwrap();
            assert!(read == message, "{text:?}");
        }
    }

    #[test]
    fn pairs_of_escapes_are_not_split() {
        for before in 0..12 {
            let text = ["x".repeat(before), r"\ud83e\udd80".repeat(PIECE / 6)].concat();
            let json = format!(r#"{{"id":"a","text":"{text}"}}"#);
            let read = block_on(read_message(json.as_bytes(), 0, &mut CancelAfter(usize::MAX))).unwrap();
            assert!(read.text.trim_start_matches('x').chars().all(|letter| letter == '🦀'));
        }
    }

    /// The most bytes between two checkpoints.
    #[derive(Default)]
    struct Gaps {
        last: usize,
        longest: usize,
    }

    impl Progress for Gaps {
        async fn checkpoint(&mut self, done: usize) -> Result<(), Cancelled> {
            self.longest = self.longest.max(done.saturating_sub(self.last));
            self.last = self.last.max(done);
            Ok(())
        }
    }

    #[test]
    fn many_texts_of_any_length_are_read_and_written_in_pieces() {
        for length in [1000, SHORT + 1, 100 * 1024, 3 * PIECE] {
            let file = File { data: "x".repeat(length), ..File::default() };
            let count = 30 * PIECE / length;
            let message = Message { files: vec![file; count], ..long("") };
            let json = serde_json::to_string(&message).unwrap();
            let mut gaps = Gaps::default();
            let read = block_on(read_message(json.as_bytes(), 0, &mut gaps)).unwrap();
            assert!(read == message && gaps.longest <= 2 * PIECE, "{length}: {}", gaps.longest);
            let pieces = block_on(write_message(&message, 0, &mut gaps)).unwrap();
            assert!(pieces.concat() == json, "{length}");
            let longest = pieces.iter().map(String::len).max().unwrap_or_default();
            assert!(length <= SHORT || longest <= PIECE + 64, "{length}: {longest}");
        }
    }

    #[test]
    fn text_like_a_placeholder_stays_a_text() {
        for text in ["\u{0}", "\u{0}0", "\u{0}1", "\u{0}0x"] {
            let message = Message { reasoning: text.into(), ..long(&"x".repeat(2 * PIECE)) };
            let json = serde_json::to_string(&message).unwrap();
            assert!(
                block_on(read_message(json.as_bytes(), 0, &mut CancelAfter(usize::MAX))).unwrap() == message,
                "{text:?}"
            );
            let pieces = block_on(write_message(&message, 0, &mut CancelAfter(usize::MAX))).unwrap();
            assert!(pieces.concat() == json, "{text:?}");
        }
    }

    #[test]
    fn cancel_ends_reading_and_writing() {
        let message = long(&"x".repeat(4 * PIECE));
        assert_eq!(block_on(write_message(&message, 0, &mut CancelAfter(2))), Err(Cancelled));
        let json = serde_json::to_vec(&message).unwrap();
        assert!(matches!(block_on(read_message(&json, 0, &mut CancelAfter(2))), Err(Unread::Cancelled)));
    }

    #[test]
    fn half_a_message_is_refused() {
        let json = serde_json::to_vec(&long(&"x".repeat(2 * PIECE))).unwrap();
        for end in [PIECE + 1, PIECE + 60, json.len() - 1] {
            assert!(block_on(read_message(&json[..end], 0, &mut CancelAfter(usize::MAX))).is_err());
        }
    }
}
