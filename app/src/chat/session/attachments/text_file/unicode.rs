//! Decodes the encodings of Unicode by their byte order marks.

use super::TextError;

/// The damage to text whose encoding is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The text ends within a character.
    Truncated,
    /// One half of a surrogate pair is missing.
    UnpairedSurrogate,
    /// Some bytes encode no character.
    InvalidBytes,
}

impl Damage {
    pub(super) const fn phrase(self) -> &'static str {
        match self {
            Self::Truncated => "and ends in the middle of a character",
            Self::UnpairedSurrogate => "and has half of a character in it (an unpaired surrogate)",
            Self::InvalidBytes => "and has bytes in it that are no character",
        }
    }
}

/// Decodes the text after a byte order mark. None if there is no mark.
pub(super) fn decode_marked(bytes: &[u8]) -> Option<Result<String, TextError>> {
    let fault = |encoding| move |damage| TextError::Damaged(encoding, damage);
    // The mark of UTF-32 starts with that of UTF-16, so it comes first. UTF-16 text has no NUL after its mark.
    Some(match bytes {
        [0xff, 0xfe, 0, 0, text @ ..] => utf32(text, u32::from_le_bytes).map_err(fault("UTF-32")),
        [0, 0, 0xfe, 0xff, text @ ..] => utf32(text, u32::from_be_bytes).map_err(fault("UTF-32")),
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes).map_err(fault("UTF-16")),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes).map_err(fault("UTF-16")),
        [0xef, 0xbb, 0xbf, text @ ..] => {
            std::str::from_utf8(text).map(ToOwned::to_owned).map_err(|_| fault("UTF-8")(Damage::InvalidBytes))
        }
        _ => return None,
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Damage> {
    let (units, rest) = bytes.as_chunks();
    let text = char::decode_utf16(units.iter().copied().map(unit)).collect::<Result<String, _>>();
    match text {
        Err(_) => Err(Damage::UnpairedSurrogate),
        Ok(_) if !rest.is_empty() => Err(Damage::Truncated),
        Ok(text) => Ok(text),
    }
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Result<String, Damage> {
    let (units, rest) = bytes.as_chunks();
    let text = units.iter().copied().map(|bytes| char::from_u32(unit(bytes))).collect::<Option<String>>();
    match text {
        None => Err(Damage::InvalidBytes),
        Some(_) if !rest.is_empty() => Err(Damage::Truncated),
        Some(text) => Ok(text),
    }
}

/// The encoding of text without a byte order mark, if the zero bytes of its ASCII characters show it.
pub(super) fn guess_unmarked(bytes: &[u8]) -> Option<&'static str> {
    if is_plausible(utf32(bytes, u32::from_le_bytes)) || is_plausible(utf32(bytes, u32::from_be_bytes)) {
        Some("UTF-32")
    } else if is_plausible(utf16(bytes, u16::from_le_bytes)) || is_plausible(utf16(bytes, u16::from_be_bytes)) {
        Some("UTF-16")
    } else {
        None
    }
}

/// Whether decoded text has no unusual control characters, and at least a quarter of it is ASCII. Bytes in another encoding
/// hardly decode to such text.
fn is_plausible(text: Result<String, Damage>) -> bool {
    let is_control = |letter: char| letter.is_ascii_control() && !matches!(letter, '\t' | '\n' | '\r' | '\x0c');
    text.is_ok_and(|text| {
        let ascii = text.chars().filter(char::is_ascii).count();
        !text.is_empty() && !text.contains(is_control) && ascii * 4 >= text.chars().count()
    })
}
