//! The requests and transactions of IndexedDB, as futures.

use crate::chat::conversation::{
    ConversationInfo, Message,
    piece::{Extent, Piece},
};
use crate::chat::storage::error::StorageError;
use js_sys::{Array, Function, Promise, Reflect};
use leptos::{
    prelude::window,
    wasm_bindgen::{JsCast, JsValue, prelude::Closure},
    web_sys::{
        IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode,
    },
};

const NAME: &str = "starcrossed";
/// The schema's version: it goes up when the object stores change. Records may change without it, because unknown fields are
/// ignored.
const VERSION: u32 = 1;

pub(crate) const CONVERSATIONS: &str = "conversations";
pub(crate) const MESSAGES: &str = "messages";

/// Opens the database, and creates its object stores if it is new.
pub(crate) async fn open() -> Result<IdbDatabase, StorageError> {
    let factory = window().indexed_db()?.ok_or(StorageError::Refused)?;
    let opening = factory.open_with_u32(NAME, VERSION)?;
    let request = opening.clone();
    // It is dropped after the database is open: from then on the browser doesn't call it.
    let on_upgrade = Closure::<dyn FnMut()>::new(move || create_stores(&request));
    opening.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
    let opened = Promise::new(&mut |resolve, reject| {
        opening.set_onsuccess(Some(&resolve));
        opening.set_onerror(Some(&reject));
        opening.set_onblocked(Some(&reject));
    });
    let opened = opened.await;
    opening.set_onupgradeneeded(None);
    if opened.is_ok() {
        return close_on_version_change(opening.result()?);
    }
    // If another tab blocks the opening, the request has no error yet.
    let Ok(error) = opening.error() else { return Err(StorageError::Blocked) };
    match error.map_or(StorageError::Refused, StorageError::from) {
        // Firefox refuses with this error. A connection that was never open can't have been closed.
        StorageError::Closed => Err(StorageError::Refused),
        error => Err(error),
    }
}

/// Creates the object stores of a new database. If that fails, the opening fails with it, and reports the error.
fn create_stores(opening: &IdbOpenDbRequest) {
    let Some(database) = opening.result().ok().and_then(|result| result.dyn_into::<IdbDatabase>().ok()) else { return };
    for name in [CONVERSATIONS, MESSAGES] {
        _ = database.create_object_store(name);
    }
}

/// Closes the connection when another tab opens a newer version, which it would block otherwise. The bound method needs no
/// closure that would have to live as long as the connection.
fn close_on_version_change(opened: JsValue) -> Result<IdbDatabase, StorageError> {
    let database: IdbDatabase = opened.dyn_into()?;
    let close: Function = Reflect::get(&database, &"close".into())?.dyn_into()?;
    database.set_onversionchange(Some(&close.bind0(&database)));
    Ok(database)
}

/// Waits for the result of a request.
///
/// The request calls the promise's own `resolve` and `reject`, so no closure has to be kept alive or leaked.
pub(crate) async fn done(request: &IdbRequest) -> Result<JsValue, StorageError> {
    let done = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match done.await {
        Ok(_) => Ok(request.result()?),
        Err(_) => Err(request.error()?.map_or(StorageError::Broken, StorageError::from)),
    }
}

/// The key range of a conversation's messages. It ends at `<conversation>0`, because `0` is the character after `/`.
pub(crate) fn messages_of(conversation: &str) -> Result<JsValue, StorageError> {
    let (first, end) = ([conversation, "/"].concat(), [conversation, "0"].concat());
    Ok(IdbKeyRange::bound_with_lower_open_and_upper_open(&first.into(), &end.into(), false, true)?.into())
}

/// The part of a range that comes after `key`. Undefined stands for all keys.
pub(crate) fn after(range: &JsValue, key: &JsValue) -> Result<JsValue, StorageError> {
    let upper = range.dyn_ref::<IdbKeyRange>().map(IdbKeyRange::upper).transpose()?;
    let after = match upper.filter(|upper| !upper.is_undefined()) {
        Some(upper) => IdbKeyRange::bound_with_lower_open_and_upper_open(key, &upper, true, true)?,
        None => IdbKeyRange::lower_bound_with_open(key, true)?,
    };
    Ok(after.into())
}

/// The key of a message.
pub(crate) fn key_of(conversation: &str, message: &str) -> String {
    [conversation, "/", message].concat()
}

/// The key range of those pieces of an answer whose text is in this record of it.
pub(crate) fn pieces_in(conversation: &str, message: &Message) -> Result<JsValue, StorageError> {
    let Extent { text, reasoning } = message.extent();
    let first = key_of(conversation, &message.id) + "/";
    let end = piece_key(conversation, &message.id, text + reasoning);
    // The next piece of an unfinished answer gets exactly this key. The last piece of an ended answer may have it.
    let is_going_on = message.exit.is_none();
    Ok(IdbKeyRange::bound_with_lower_open_and_upper_open(&first.into(), &end.into(), false, is_going_on)?.into())
}

/// The key of a piece. Its place is padded with zeros, so that keys sort as numbers do.
fn piece_key(conversation: &str, answer: &str, place: usize) -> String {
    format!("{conversation}/{answer}/{place:010}")
}

/// A transaction: all of it is written, or nothing. It stays active only while each await is for one of its own requests.
pub(crate) struct Transaction(IdbTransaction);

impl Transaction {
    pub(crate) fn read(database: &IdbDatabase) -> Result<Self, StorageError> {
        Self::begin(database, IdbTransactionMode::Readonly)
    }

    pub(crate) fn write(database: &IdbDatabase) -> Result<Self, StorageError> {
        Self::begin(database, IdbTransactionMode::Readwrite)
    }

    /// A transaction on the messages alone, so that readers of the list don't wait for it.
    pub(crate) fn write_messages(database: &IdbDatabase) -> Result<Self, StorageError> {
        Ok(Self(database.transaction_with_str_and_mode(MESSAGES, IdbTransactionMode::Readwrite)?))
    }

    fn begin(database: &IdbDatabase, mode: IdbTransactionMode) -> Result<Self, StorageError> {
        let stores = Array::of2(&CONVERSATIONS.into(), &MESSAGES.into());
        Ok(Self(database.transaction_with_str_sequence_and_mode(&stores, mode)?))
    }

    pub(crate) fn store(&self, name: &str) -> Result<IdbObjectStore, StorageError> {
        Ok(self.0.object_store(name)?)
    }

    pub(crate) fn put_conversation(&self, conversation: &ConversationInfo) -> Result<(), StorageError> {
        self.put(CONVERSATIONS, &conversation.id, serde_json::to_string(conversation))
    }

    pub(crate) fn put_message(&self, conversation: &str, message: &Message) -> Result<(), StorageError> {
        self.put(MESSAGES, &key_of(conversation, &message.id), serde_json::to_string(message))
    }

    /// Deletes the messages with these keys.
    pub(crate) fn delete_messages(&self, keys: &JsValue) -> Result<(), StorageError> {
        self.store(MESSAGES)?.delete(keys)?;
        Ok(())
    }

    pub(crate) fn put_piece(&self, conversation: &str, piece: &Piece) -> Result<(), StorageError> {
        let key = piece_key(conversation, &piece.answer_id, piece.place());
        self.put(MESSAGES, &key, serde_json::to_string(piece))
    }

    fn put(&self, store: &str, key: &str, record: serde_json::Result<String>) -> Result<(), StorageError> {
        // Nothing in a record can fail to be written as JSON.
        self.store(store)?.put_with_key(&record.unwrap_or_default().into(), &key.into())?;
        Ok(())
    }

    /// Commits without waiting for the events of the requests.
    #[expect(deprecated, reason = "the bindings mark it so; the standard doesn't: https://www.w3.org/TR/IndexedDB-3/")]
    pub(crate) fn commit(&self) {
        // This fails only if the transaction has ended already. Then `written` returns its result.
        _ = self.0.commit();
    }

    /// Waits until everything is written. A full disk is reported only then.
    pub(crate) async fn written(self) -> Result<(), StorageError> {
        let transaction = self.0;
        let written = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        match written.await {
            Ok(_) => Ok(()),
            // The browser itself aborts without an error: it has cleared its data, or it is closing.
            Err(_) => Err(transaction.error().map_or(StorageError::Closed, StorageError::from)),
        }
    }
}
