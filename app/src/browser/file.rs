//! Reading files that were picked, and downloading files.

use js_sys::Uint8Array;
use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Blob, HtmlAnchorElement, Url},
};

/// Reads the bytes `from..to` of a picked file. Empty if the file can't be read.
#[expect(clippy::cast_precision_loss, reason = "no file has 2^53 bytes")]
pub async fn bytes_of(file: &Blob, from: usize, to: usize) -> Vec<u8> {
    let Ok(part) = file.slice_with_f64_and_f64(from as f64, to as f64) else { return Vec::new() };
    let read = part.array_buffer().await;
    read.map(|buffer| Uint8Array::new(&buffer).to_vec()).unwrap_or_default()
}

/// Downloads the file under this name.
pub fn save(name: &str, file: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(file) else { return };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    _ = Url::revoke_object_url(&url);
}
