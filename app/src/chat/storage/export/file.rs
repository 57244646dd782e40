//! A file in the making: its text is handed to the browser piece by piece.

use crate::browser::save;
use js_sys::{Array, JsString};
use leptos::web_sys::{Blob, BlobPropertyBag};

/// How much text the browser is handed at once, in UTF-16 units.
const PIECE: u32 = 512 * 1024;

/// The text so far.
#[derive(Debug, Default)]
pub struct Pieces {
    blobs: Array,
    waiting: Array,
    length: u32,
}

impl Pieces {
    /// Adds to the text.
    pub fn push(&mut self, text: &str) {
        let text = JsString::from(text);
        self.length += text.length();
        self.waiting.push(&text);
        if self.length > PIECE {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        if let Ok(blob) = Blob::new_with_str_sequence(&self.waiting) {
            self.blobs.push(&blob);
        }
        self.waiting = Array::new();
        self.length = 0;
    }

    /// Gives the person the file to keep.
    pub fn save(mut self, name: &str, kind: &str) {
        self.hand_over();
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        if let Ok(blob) = Blob::new_with_blob_sequence_and_options(&self.blobs, &options) {
            save(name, &blob);
        }
    }
}
