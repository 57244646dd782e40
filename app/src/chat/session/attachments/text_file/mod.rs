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
pub enum NoText {
    /// It is something else, as its first bytes say: what is said of it.
    Known(&'static str),
    /// It is something else.
    Strange,
    /// It is text without a mark, in this encoding.
    Unmarked(&'static str),
    /// It is in this encoding, and something is wrong with it.
    Damaged(&'static str, Damage),
    /// It is text in this encoding, which isn't read.
    Unread(&'static str),
    /// It is text in an encoding that can't be told.
    Unknown,
}

impl NoText {
    /// The words after the name of the file.
    #[must_use]
    pub fn reason(self) -> String {
        match self {
            Self::Known(what) => [what, "."].concat(),
            Self::Strange => "is neither text nor a picture that models read: PNG, JPEG, WebP or GIF.".into(),
            Self::Unmarked(encoding) => {
                ["is in ", encoding, " without the mark that says so (a BOM). Save it as UTF-8."].concat()
            }
            Self::Damaged(encoding, damage) => {
                ["is damaged: it is in ", encoding, ", ", damage.words(), ". Save it again, as UTF-8."].concat()
            }
            Self::Unread(encoding) => {
                ["is text in ", encoding, ", which can’t be read here. Save it as UTF-8."].concat()
            }
            Self::Unknown => {
                "is text in an encoding that isn’t UTF-8, and can’t be told for certain. Save it as UTF-8.".into()
            }
        }
    }
}

/// The text of a file.
///
/// # Errors
/// It isn't text, or nobody can tell for certain how it is to be read.
pub fn text_of(bytes: Vec<u8>) -> Result<String, NoText> {
    read(bytes, &decode)
}

/// Whether a file says by a mark that it is text.
#[must_use]
pub fn is_marked(bytes: &[u8]) -> bool {
    bytes.starts_with(GB18030) || unicode::marked(bytes.get(..4).unwrap_or(bytes)).is_some()
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

fn read(bytes: Vec<u8>, decode: Decode<'_>) -> Result<String, NoText> {
    if let Some(what) = kind::document(&bytes) {
        return Err(NoText::Known(what));
    }
    if let Some(marked) = unicode::marked(&bytes) {
        return marked.and_then(sound);
    }
    if bytes.starts_with(GB18030) {
        let text = decode("gb18030", &bytes).ok_or(NoText::Damaged("GB18030", Damage::Bytes))?;
        return sound(text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text));
    }
    if let Some(encoding) = kind::escapes(&bytes) {
        // Text whose escapes are no Japanese has escapes of another kind.
        if let Some(text) = decode(encoding, &bytes) {
            return sound(text);
        }
        if encoding != kind::JAPANESE {
            return Err(NoText::Unread(encoding));
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        Ok(text) => Err(other(text.as_bytes())),
        Err(fault) => {
            let bytes = fault.into_bytes();
            let declared = kind::declared(&bytes).and_then(|label| decode(label, &bytes));
            declared.map_or_else(|| Err(other(&bytes)), sound)
        }
    }
}

/// Text has no zero bytes.
fn sound(text: String) -> Result<String, NoText> {
    if text.contains('\0') { Err(NoText::Strange) } else { Ok(text) }
}

/// The reason why bytes that aren't UTF-8 are no text.
fn other(bytes: &[u8]) -> NoText {
    if let Some(what) = kind::known(bytes) {
        return NoText::Known(what);
    }
    if let Some(encoding) = unicode::unmarked(bytes) {
        return NoText::Unmarked(encoding);
    }
    if kind::is_of_text(bytes) { NoText::Unknown } else { NoText::Strange }
}

#[cfg(test)]
mod tests;
