//! A file that is built piece by piece. Its text goes to the browser as blobs, so that it isn't held twice in memory.

use crate::browser::save;
use js_sys::{Array, JsString};
use leptos::web_sys::{Blob, BlobPropertyBag};

/// The text that goes to the browser at once, in UTF-16 units.
const PIECE: u32 = 512 * 1024;

/// The file so far.
#[derive(Debug, Default)]
pub struct Pieces {
    blobs: Array,
    waiting: Array,
    length: u32,
}

impl Pieces {
    /// Appends a text.
    pub fn push(&mut self, text: &str) {
        let text = JsString::from(text);
        self.length += text.length();
        self.waiting.push(&text);
        if self.length > PIECE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if let Ok(blob) = Blob::new_with_str_sequence(&self.waiting) {
            self.blobs.push(&blob);
        }
        self.waiting = Array::new();
        self.length = 0;
    }

    /// Offers the file to the person as a download. `kind` is its MIME type.
    pub fn save(mut self, name: &str, kind: &str) {
        self.flush();
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        if let Ok(blob) = Blob::new_with_blob_sequence_and_options(&self.blobs, &options) {
            save(name, &blob);
        }
    }
}
