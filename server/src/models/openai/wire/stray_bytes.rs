//! Bytes that are no UTF-8, kept until it is known whether they are part of a character. A server that cuts text by bytes sends
//! the first bytes of a character in one event and the others in the next, each inside of a JSON string. Some send the
//! two halves of a character in UTF-8 of their own (CESU-8, [Unicode TR 26](https://www.unicode.org/reports/tr26/)).

use std::{borrow::Cow, mem};

/// A byte from 0x80 on is added to this, and makes the character that stands for it. These 128 characters are for private use, and
/// nobody has a use for them.
const MARKS: u32 = 0x0010_f700;

/// Makes UTF-8 of the bytes of a body.
#[derive(Debug, Default)]
pub(crate) struct Marker {
    /// The beginning of a character whose other bytes haven't arrived.
    held: Vec<u8>,
    has_met_any: bool,
}

impl Marker {
    /// The same bytes, with a mark in place of each that is no UTF-8.
    pub(crate) fn mark<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if !self.held.is_empty() {
            let whole = [mem::take(&mut self.held).as_slice(), bytes].concat();
            return Cow::Owned(self.replaced(&whole));
        }
        match str::from_utf8(bytes) {
            Ok(_) => Cow::Borrowed(bytes),
            Err(error) if error.error_len().is_none() => {
                let (whole, held) = bytes.split_at(error.valid_up_to());
                self.held = held.to_vec();
                Cow::Borrowed(whole)
            }
            Err(_) => Cow::Owned(self.replaced(bytes)),
        }
    }

    /// The marks of what is held: nothing more will arrive.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let held = mem::take(&mut self.held);
        self.has_met_any |= !held.is_empty();
        held.into_iter().map(mark).collect::<String>().into_bytes()
    }

    /// Whether there may be marks in what was returned.
    pub(crate) const fn has_met_any(&self) -> bool {
        self.has_met_any
    }

    fn replaced(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut whole = String::with_capacity(bytes.len() + 16);
        let mut left = bytes.len();
        for chunk in bytes.utf8_chunks() {
            whole.push_str(chunk.valid());
            left -= chunk.valid().len() + chunk.invalid().len();
            if left == 0 && str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none()) {
                self.held = chunk.invalid().to_vec();
            } else {
                self.has_met_any |= !chunk.invalid().is_empty();
                whole.extend(chunk.invalid().iter().copied().map(mark));
            }
        }
        whole.into_bytes()
    }
}

/// The character that stands for this byte.
fn mark(byte: u8) -> char {
    char::from_u32(MARKS + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The byte that this character stands for, if it is a mark.
pub(crate) fn byte(c: char) -> Option<u8> {
    let number = u32::from(c).checked_sub(MARKS)?;
    u8::try_from(number).ok().filter(|byte| *byte >= 0x80)
}

/// Words for a person: in place of each mark, what stands for a character that can't be told.
pub(crate) fn unmarked(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| byte(c).is_some()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| byte(c).map_or(c, |_| char::REPLACEMENT_CHARACTER)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, bool) {
        let mut marker = Marker::default();
        let mut whole = Vec::new();
        for piece in pieces {
            whole.extend_from_slice(&marker.mark(piece));
        }
        whole.extend(marker.finish());
        (whole, marker.has_met_any())
    }

    #[test]
    fn utf8_stays_as_it_is_and_every_other_byte_gets_a_mark_wherever_it_was_split() {
        for (bytes, strays) in [
            ("Grüße 🌟".as_bytes(), &[][..]),
            (b"", &[]),
            (b"a\xf0\x9f\"", &[0xf0, 0x9f]),
            (b"\x98\x80b", &[0x98, 0x80]),
            (b"a\xed\xa0\xbd", &[0xed, 0xa0, 0xbd]),
            (b"a\xc3", &[0xc3]),
            (b"\xff\xfe\xf0\x9f\x98", &[0xff, 0xfe, 0xf0, 0x9f, 0x98]),
        ] {
            let (whole, has_met_any) = marked([bytes]);
            assert_eq!(has_met_any, !strays.is_empty());
            let text = String::from_utf8(whole.clone()).unwrap_or_default();
            assert_eq!(text.chars().filter_map(byte).collect::<Vec<_>>(), strays, "{bytes:?}");
            assert_eq!(text.chars().filter(|c| byte(*c).is_none()).count(), {
                String::from_utf8_lossy(bytes).chars().filter(|c| *c != char::REPLACEMENT_CHARACTER).count()
            });
            assert_eq!(marked(bytes.chunks(1)).0, whole, "{bytes:?} byte by byte");
            for at in 0..bytes.len() {
                assert_eq!(marked([&bytes[..at], &bytes[at..]]).0, whole, "{bytes:?} split at {at}");
            }
        }
        assert_eq!(unmarked(&String::from_utf8_lossy(&marked([&b"a\xff"[..]]).0)), "a\u{fffd}");
        assert_eq!(unmarked("a"), "a");
    }
}
