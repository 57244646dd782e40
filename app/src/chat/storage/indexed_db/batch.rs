//! Records, read in batches. One request for all records would be answered in one task of the page, which would block it.

use super::{PIECE, add_piece, has_message_id};
use crate::{
    chat::{
        conversation::Message,
        storage::{
            error::StorageError,
            export::long::read_message,
            indexed_db::requests::{self, MESSAGES, Transaction},
        },
    },
    work::job::{NoProgress, Progress},
};
use js_sys::{Array, JsString};
use leptos::{
    wasm_bindgen::{JsCast, JsValue},
    web_sys::IdbDatabase,
};

/// The number of records in the first batch, and the most in any.
const FIRST: u32 = 16;
const MOST: u32 = 512;

/// A batch with less text than this is followed by a larger one; one with twice as much by a smaller one. In UTF-16 units.
const ENOUGH: u32 = 128 * 1024;

/// The part of a long record that is copied out of the browser's memory at once, in UTF-16 units.
const SLICE: u32 = 256 * 1024;

/// The messages of a conversation, in the order of their keys. Records that can't be read are skipped.
pub(super) async fn messages(connection: &IdbDatabase, id: &str) -> Result<Vec<Message>, StorageError> {
    let mut messages = Vec::new();
    each(connection, MESSAGES, Some(requests::messages_of(id)?), async |record, progress| {
        if record.starts_with(PIECE, 0) {
            add_piece(&String::from(record), &mut messages);
        } else {
            messages.extend(parse_message(record, progress).await.filter(has_message_id));
        }
    })
    .await?;
    Ok(messages)
}

/// Calls `on_record` with each record of an object store, or of a range of it, in the order of their keys.
pub(super) async fn each(
    connection: &IdbDatabase,
    store: &str,
    range: Option<JsValue>,
    mut on_record: impl AsyncFnMut(&JsString, &mut NoProgress),
) -> Result<(), StorageError> {
    let (mut progress, mut range, mut size) = (NoProgress::new(), range.unwrap_or_default(), FIRST);
    loop {
        let all = Transaction::read(connection)?.store(store)?;
        let keys = all.get_all_keys_with_key_and_limit(&range, size)?;
        let records = all.get_all_with_key_and_limit(&range, size)?;
        let records = Array::from(&requests::done(&records).await?);
        let mut length = 0;
        for record in records.iter() {
            let record = record.dyn_into::<JsString>().unwrap_or_default();
            length += record.length();
            on_record(&record, &mut progress).await;
            progress.checkpoint(0).await?;
        }
        if records.length() < size {
            return Ok(());
        }
        // The requests of a transaction are answered in order, so the keys are there, too.
        range = requests::after(&range, &Array::from(&keys.result()?).get(size - 1))?;
        size = next_size(size, length);
    }
}

/// The number of records in the next batch, after a batch of `size` records that had this much text.
fn next_size(size: u32, length: u32) -> u32 {
    match length {
        0..ENOUGH => (2 * size).min(MOST),
        length if length > 2 * ENOUGH => (size / 2).max(1),
        _ => size,
    }
}

/// The message in a record. None if it can't be read.
async fn parse_message(record: &JsString, progress: &mut NoProgress) -> Option<Message> {
    let mut json = String::new();
    let mut at = 0;
    while at < record.length() {
        let end = end_of_piece(record, at);
        json.push_str(&String::from(record.substring(at, end)));
        at = end;
        progress.checkpoint(0).await.ok()?;
    }
    read_message(json.as_bytes(), 0, progress).await.ok()
}

/// The end of the piece that begins at `at`. It never splits a surrogate pair.
fn end_of_piece(record: &JsString, at: u32) -> u32 {
    let end = at + SLICE;
    let is_half = end < record.length() && (0xd800..0xdc00).contains(&utf16_unit(record.char_code_at(end - 1)));
    if is_half { end - 1 } else { end.min(record.length()) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a UTF-16 unit, and casts of floats saturate"
)]
fn utf16_unit(unit: f64) -> u32 {
    unit as u32
}

/// The number of keys that are read at once.
const KEYS: u32 = 4096;

/// The keys of a conversation's messages, in order.
pub(super) async fn keys(connection: &IdbDatabase, id: &str) -> Result<Vec<String>, StorageError> {
    let (mut found, mut progress, mut range) = (Vec::new(), NoProgress::new(), requests::messages_of(id)?);
    loop {
        let some = Transaction::read(connection)?.store(MESSAGES)?.get_all_keys_with_key_and_limit(&range, KEYS)?;
        let some = Array::from(&requests::done(&some).await?);
        for key in some.iter() {
            found.push(key.as_string().unwrap_or_default());
            progress.checkpoint(0).await?;
        }
        if some.length() < KEYS {
            return Ok(found);
        }
        range = requests::after(&range, &some.get(KEYS - 1))?;
    }
}
