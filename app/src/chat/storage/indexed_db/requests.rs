//! The browser's database, as futures.

use crate::chat::conversation::{
    ConversationInfo, Message,
    piece::{Extent, Piece},
};
use crate::chat::storage::error::StorageError;
use js_sys::{Array, Function, Promise, Reflect};
use leptos::{
    prelude::window,
    wasm_bindgen::{JsCast, JsValue, prelude::Closure},
    web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionMode},
};

const NAME: &str = "starcrossed";
/// Goes up when the stores change. What the records hold may change without: unknown fields are ignored.
const VERSION: u32 = 1;

pub(crate) const CONVERSATIONS: &str = "conversations";
pub(crate) const MESSAGES: &str = "messages";

/// Opens the database, and makes its stores if it is new.
pub(crate) async fn open() -> Result<IdbDatabase, StorageError> {
    let factory = window().indexed_db()?.ok_or(StorageError::Refused)?;
    let opening = factory.open_with_u32(NAME, VERSION)?;
    let fresh = opening.clone();
    let make = move || {
        let database: Option<IdbDatabase> = fresh.result().ok().and_then(|result| result.dyn_into().ok());
        // Should it fail, the opening fails with it, which is where that is heard.
        for name in [CONVERSATIONS, MESSAGES] {
            _ = database.as_ref().map(|database| database.create_object_store(name));
        }
    };
    // Held until the database is open: after that nobody calls it.
    let make = Closure::<dyn FnMut()>::new(make);
    opening.set_onupgradeneeded(Some(make.as_ref().unchecked_ref()));
    let opened = Promise::new(&mut |resolve, reject| {
        opening.set_onsuccess(Some(&resolve));
        opening.set_onerror(Some(&reject));
        opening.set_onblocked(Some(&reject));
    });
    let opened = opened.await;
    opening.set_onupgradeneeded(None);
    if opened.is_ok() {
        return hold(opening.result()?);
    }
    // While another tab is in the way there is no error to ask for yet.
    let Ok(error) = opening.error() else { return Err(StorageError::Blocked) };
    match error.map_or(StorageError::Refused, StorageError::from) {
        // What was never open can't have been closed: so Firefox refuses.
        StorageError::Closed => Err(StorageError::Refused),
        error => Err(error),
    }
}

/// An open database must not be in the way of a newer version of this page in another tab.
fn hold(opened: JsValue) -> Result<IdbDatabase, StorageError> {
    let database: IdbDatabase = opened.dyn_into()?;
    let close: Function = Reflect::get(&database, &"close".into())?.dyn_into()?;
    database.set_onversionchange(Some(&close.bind0(&database)));
    Ok(database)
}

/// Waits for what a request brings.
///
/// The promise's own ends are what the request calls, so there is nothing here to be kept alive, or to be forgotten.
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

/// The keys of all messages of a conversation: `0` is the character after `/`.
pub(crate) fn messages_of(conversation: &str) -> Result<JsValue, StorageError> {
    let (first, end) = ([conversation, "/"].concat(), [conversation, "0"].concat());
    Ok(IdbKeyRange::bound_with_lower_open_and_upper_open(&first.into(), &end.into(), false, true)?.into())
}

/// The part of a range that comes after `key`. No range is all keys.
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

/// The keys of the pieces of an answer that are in this record of it.
pub(crate) fn pieces_in(conversation: &str, message: &Message) -> Result<JsValue, StorageError> {
    let Extent { text, reasoning } = message.extent();
    let first = key_of(conversation, &message.id) + "/";
    let end = piece_key(conversation, &message.id, text + reasoning);
    // The next piece of an answer that goes on has this very key. The last piece of one that has ended may have it.
    let is_going_on = message.exit.is_none();
    Ok(IdbKeyRange::bound_with_lower_open_and_upper_open(&first.into(), &end.into(), false, is_going_on)?.into())
}

/// As many digits as make numbers and texts stand in the same order.
fn piece_key(conversation: &str, answer: &str, place: usize) -> String {
    format!("{conversation}/{answer}/{place:010}")
}

/// Something that is done as a whole or not at all. It lives for as long as requests are made in it and waited for, with
/// nothing else waited for in between.
pub(crate) struct Transaction(IdbTransaction);

impl Transaction {
    pub(crate) fn read(database: &IdbDatabase) -> Result<Self, StorageError> {
        Self::begin(database, IdbTransactionMode::Readonly)
    }

    pub(crate) fn write(database: &IdbDatabase) -> Result<Self, StorageError> {
        Self::begin(database, IdbTransactionMode::Readwrite)
    }

    /// In the messages' store alone: so nobody who reads the list has to wait for it.
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
        self.put(MESSAGES, &[conversation, "/", &message.id].concat(), serde_json::to_string(message))
    }

    /// Deletes the messages with these keys.
    pub(crate) fn delete_messages(&self, keys: &JsValue) -> Result<(), StorageError> {
        self.store(MESSAGES)?.delete(keys)?;
        Ok(())
    }

    pub(crate) fn put_piece(&self, conversation: &str, piece: &Piece) -> Result<(), StorageError> {
        let key = piece_key(conversation, &piece.of, piece.place());
        self.put(MESSAGES, &key, serde_json::to_string(piece))
    }

    fn put(&self, store: &str, key: &str, record: serde_json::Result<String>) -> Result<(), StorageError> {
        // Nothing in a record can fail to be written as JSON.
        self.store(store)?.put_with_key(&record.unwrap_or_default().into(), &key.into())?;
        Ok(())
    }

    /// Nothing more will be asked for.
    #[expect(deprecated, reason = "the bindings mark it so; the standard doesn't: https://www.w3.org/TR/IndexedDB-3/")]
    pub(crate) fn commit(&self) {
        // It fails only where it has ended, and then how is what `written` says.
        _ = self.0.commit();
    }

    /// Waits until it has all been written: only then is a full disk known of.
    pub(crate) async fn written(self) -> Result<(), StorageError> {
        let transaction = self.0;
        let written = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        match written.await {
            Ok(_) => Ok(()),
            // An end without a reason is the browser's own doing: it has cleared its data, or is closing.
            Err(_) => Err(transaction.error().map_or(StorageError::Closed, StorageError::from)),
        }
    }
}
