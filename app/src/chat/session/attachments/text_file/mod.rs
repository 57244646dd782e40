//! Text in a file that somebody gives to the page, in whichever encoding, if that is certain.
//!
//! UTF-8 is. So is UTF-16 or UTF-32 that begins with its mark (<https://www.unicode.org/faq/utf_bom.html>), and so are the few
//! encodings that say what they are. Whatever else may be text is refused: read by guess it would be wrong in a way that
//! nobody sees. The page says why.

mod kind;
mod unicode;

use crate::browser::call;
use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use leptos::{prelude::window, wasm_bindgen::JsCast};
use unicode::Damage;

/// The mark of GB18030.
const GB18030: &[u8] = b"\x84\x31\x95\x33";

/// Why a file isn't read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// It is something else, as its first bytes say: what is said of it.
    KnownType(&'static str),
    /// It is something else.
    UnsupportedType,
    /// It is text without a mark, in this encoding.
    MissingBom(&'static str),
    /// It is in this encoding, and something is wrong with it.
    Damaged(&'static str, Damage),
    /// It is text in this encoding, which isn't read.
    UnsupportedEncoding(&'static str),
    /// It is text in an encoding that can't be told.
    UnknownEncoding,
}

impl TextError {
    /// The words after the name of the file.
    #[must_use]
    pub fn reason(self) -> String {
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

/// The text of a file.
///
/// # Errors
/// It isn't text, or nobody can tell for certain how it is to be read.
pub fn decode_text(bytes: Vec<u8>) -> Result<String, TextError> {
    decode_with(bytes, &decode)
}

/// Whether a file says by a mark that it is text.
#[must_use]
pub fn has_bom(bytes: &[u8]) -> bool {
    bytes.starts_with(GB18030) || unicode::decode_marked(bytes.get(..4).unwrap_or(bytes)).is_some()
}

/// The browser's decoder of the encoding with this label. None if it doesn't know the encoding, or if something is wrong with
/// the bytes.
fn decode(label: &str, bytes: &[u8]) -> Option<String> {
    let options = Object::new();
    Reflect::set(&options, &"fatal".into(), &true.into()).ok()?;
    let decoder: Function = Reflect::get(&window(), &"TextDecoder".into()).ok()?.dyn_into().ok()?;
    let decoder = Reflect::construct(&decoder, &Array::of2(&label.into(), &options)).ok()?;
    call(&decoder, "decode", &[Uint8Array::from(bytes).into()])?.as_string()
}

/// A decoder: of a label and bytes it makes text, or nothing.
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
        // Text whose escapes are no Japanese has escapes of another kind.
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

/// Text has no zero bytes.
fn without_nul(text: String) -> Result<String, TextError> {
    if text.contains('\0') { Err(TextError::UnsupportedType) } else { Ok(text) }
}

/// The reason why bytes that aren't UTF-8 are no text.
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
