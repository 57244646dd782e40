//! Records, read in batches: one request for all of them would be answered in one task of the page, however many they are.

use super::{PIECE, Read, take, take_piece};
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

/// The records of the first batch, and the most of any.
const FIRST: u32 = 16;
const MOST: u32 = 512;

/// A batch with less text than this is followed by a larger one; one with twice as much by a smaller one. In UTF-16 units.
const ENOUGH: u32 = 128 * 1024;

/// How much of a long record is taken out of the browser's memory at once, in UTF-16 units.
const SLICE: u32 = 256 * 1024;

/// The messages of a conversation, in the order of their keys.
pub(super) async fn messages(database: &IdbDatabase, id: &str) -> Result<Read<Vec<Message>>, StorageError> {
    let mut read = Read::default();
    each(database, MESSAGES, Some(requests::messages_of(id)?), async |record, progress| {
        if record.starts_with(PIECE, 0) {
            take_piece(&String::from(record), &mut read);
        } else {
            take(message(record, progress).await, &mut read);
        }
    })
    .await?;
    Ok(read)
}

/// Has `hear` called with each record of a store, or of a range of it, in the order of their keys.
pub(super) async fn each(
    database: &IdbDatabase,
    store: &str,
    range: Option<JsValue>,
    mut hear: impl AsyncFnMut(&JsString, &mut NoProgress),
) -> Result<(), StorageError> {
    let (mut progress, mut range, mut size) = (NoProgress::new(), range.unwrap_or_default(), FIRST);
    loop {
        let all = Transaction::read(database)?.store(store)?;
        let keys = all.get_all_keys_with_key_and_limit(&range, size)?;
        let records = all.get_all_with_key_and_limit(&range, size)?;
        let records = Array::from(&requests::done(&records).await?);
        let mut length = 0;
        for record in records.iter() {
            let record = record.dyn_into::<JsString>().unwrap_or_default();
            length += record.length();
            hear(&record, &mut progress).await;
            progress.checkpoint(0).await?;
        }
        if records.length() < size {
            return Ok(());
        }
        // The requests of a transaction are answered in their order.
        range = requests::after(&range, &Array::from(&keys.result()?).get(size - 1))?;
        size = next_size(size, length);
    }
}

/// How many records come after a batch of `size` that had this much text.
fn next_size(size: u32, length: u32) -> u32 {
    match length {
        0..ENOUGH => (2 * size).min(MOST),
        length if length > 2 * ENOUGH => (size / 2).max(1),
        _ => size,
    }
}

/// The message in a record, if it can be read.
async fn message(record: &JsString, progress: &mut NoProgress) -> Option<Message> {
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

/// Not between the two halves of a letter.
fn end_of_piece(record: &JsString, at: u32) -> u32 {
    let end = at + SLICE;
    let is_half = end < record.length() && (0xd800..0xdc00).contains(&whole(record.char_code_at(end - 1)));
    if is_half { end - 1 } else { end.min(record.length()) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a UTF-16 unit, and casts of floats saturate"
)]
fn whole(unit: f64) -> u32 {
    unit as u32
}

/// How many keys are read at once.
const KEYS: u32 = 4096;

/// The keys of a conversation's messages.
pub(super) async fn keys(database: &IdbDatabase, id: &str) -> Result<Vec<String>, StorageError> {
    let (mut found, mut progress, mut range) = (Vec::new(), NoProgress::new(), requests::messages_of(id)?);
    loop {
        let some = Transaction::read(database)?.store(MESSAGES)?.get_all_keys_with_key_and_limit(&range, KEYS)?;
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
