//! Decodes a text file if its encoding is certain.
//!
//! That is so for UTF-8, for UTF-16 and UTF-32 with a byte order mark (<https://www.unicode.org/faq/utf_bom.html>), and for
//! the few encodings that identify themselves. Any other text is refused with a reason: a guess may be wrong, and a person
//! might not notice.

mod kind;
mod unicode;

use crate::browser::call;
use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use leptos::{prelude::window, wasm_bindgen::JsCast};
use unicode::Damage;

/// The byte order mark of GB18030.
const GB18030: &[u8] = b"\x84\x31\x95\x33";

/// The reason why a file is not read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextError {
    /// The first bytes show another file type, with this message.
    KnownType(&'static str),
    /// The file is neither text nor a known type.
    UnsupportedType,
    /// The text is in this encoding, but has no byte order mark.
    MissingBom(&'static str),
    /// The text is in this encoding, but it is damaged.
    Damaged(&'static str, Damage),
    /// The text is in this encoding, which the browser can't decode.
    UnsupportedEncoding(&'static str),
    /// The text is in an encoding that can't be determined.
    UnknownEncoding,
}

impl TextError {
    /// The message, which follows the name of the file.
    #[must_use]
    pub(crate) fn reason(self) -> String {
        match self {
            Self::KnownType(what) => [what, "."].concat(),
            Self::UnsupportedType => "is neither text nor a picture that models read: PNG, JPEG, WebP or GIF.".into(),
            Self::MissingBom(encoding) => {
                ["is in ", encoding, " without the mark that says so (a BOM). Save it as UTF-8."].concat()
            }
            Self::Damaged(encoding, damage) => {
                ["is damaged: it is in ", encoding, ", ", damage.phrase(), ". Save it again, as UTF-8."].concat()
            }
            Self::UnsupportedEncoding(encoding) => {
                ["is text in ", encoding, ", which can’t be read here. Save it as UTF-8."].concat()
            }
            Self::UnknownEncoding => {
                "is text in an encoding that isn’t UTF-8, and can’t be told for certain. Save it as UTF-8.".into()
            }
        }
    }
}

/// Decodes a file.
///
/// # Errors
/// The file is not text, or its encoding is not certain.
pub(crate) fn decode_text(bytes: Vec<u8>) -> Result<String, TextError> {
    decode_with(bytes, &decode)
}

/// Whether a file begins with a byte order mark.
#[must_use]
pub(crate) fn has_bom(bytes: &[u8]) -> bool {
    bytes.starts_with(GB18030) || unicode::decode_marked(bytes.get(..4).unwrap_or(bytes)).is_some()
}

/// Decodes bytes with the browser's `TextDecoder`. None if it doesn't know the encoding, or if the bytes are invalid.
fn decode(label: &str, bytes: &[u8]) -> Option<String> {
    let options = Object::new();
    Reflect::set(&options, &"fatal".into(), &true.into()).ok()?;
    let decoder: Function = Reflect::get(&window(), &"TextDecoder".into()).ok()?.dyn_into().ok()?;
    let decoder = Reflect::construct(&decoder, &Array::of2(&label.into(), &options)).ok()?;
    call(&decoder, "decode", &[Uint8Array::from(bytes).into()])?.as_string()
}

/// A decoder, called with a label and bytes.
type Decode<'a> = &'a dyn Fn(&str, &[u8]) -> Option<String>;

fn decode_with(bytes: Vec<u8>, decode: Decode<'_>) -> Result<String, TextError> {
    if let Some(what) = kind::known_document(&bytes) {
        return Err(TextError::KnownType(what));
    }
    if let Some(marked) = unicode::decode_marked(&bytes) {
        return marked.and_then(without_nul);
    }
    if bytes.starts_with(GB18030) {
        let text = decode("gb18030", &bytes).ok_or(TextError::Damaged("GB18030", Damage::InvalidBytes))?;
        return without_nul(text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text));
    }
    if let Some(encoding) = kind::escaped_encoding(&bytes) {
        // Text that is not valid Japanese has these bytes for another reason, such as a terminal's escapes.
        if let Some(text) = decode(encoding, &bytes) {
            return without_nul(text);
        }
        if encoding != kind::JAPANESE {
            return Err(TextError::UnsupportedEncoding(encoding));
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        Ok(text) => Err(why_not_text(text.as_bytes())),
        Err(fault) => {
            let bytes = fault.into_bytes();
            let declared = kind::declared_encoding(&bytes).and_then(|label| decode(label, &bytes));
            declared.map_or_else(|| Err(why_not_text(&bytes)), without_nul)
        }
    }
}

/// The text, unless it has a NUL character, which no text file has.
fn without_nul(text: String) -> Result<String, TextError> {
    if text.contains('\0') { Err(TextError::UnsupportedType) } else { Ok(text) }
}

/// The reason why bytes that are not UTF-8 are refused.
fn why_not_text(bytes: &[u8]) -> TextError {
    if let Some(what) = kind::known_type(bytes) {
        return TextError::KnownType(what);
    }
    if let Some(encoding) = unicode::guess_unmarked(bytes) {
        return TextError::MissingBom(encoding);
    }
    if kind::has_only_text_bytes(bytes) { TextError::UnknownEncoding } else { TextError::UnsupportedType }
}

#[cfg(test)]
mod tests;
