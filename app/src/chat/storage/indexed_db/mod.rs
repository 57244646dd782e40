//! The database of conversations and messages: IndexedDB, in this browser. The server keeps nothing.
//!
//! It has two object stores of JSON texts: conversations under their ids, and messages under `<conversation>/<message>`. A
//! message is a record of its own, so two tabs on one conversation never overwrite each other's messages. A list of all
//! conversations reads no message.
//!
//! An answer in progress is saved every few milliseconds, as a [`Piece`] under `<conversation>/<message>/<place>`. So the
//! pieces of an answer follow its record in order. Once the record is written anew, a second transaction deletes them. They
//! have no object store of their own, because that needs another database version: it would shut out an open tab with an
//! older version of this page. To such a tab a piece is a record that it skips.
//!
//! Some records can't be read: another version wrote them, or a disk failed. Such a record is skipped, and it stays in the
//! database.
//!
//! | file | what it is |
//! |---|---|
//! | `requests` | the browser's requests, as futures |
//! | `batch` | many or long messages, read without blocking the page |
//! | [`search`](mod@search) | all conversations at once: search, export, import |
//! | `recover` | puts the entries of the journal into the database, before anything is read |
//!
//! The wrapper is our own because of its size: each crate for IndexedDB adds more code to the download.

mod batch;
mod recover;
pub(crate) mod requests;
pub(crate) mod search;

use crate::{
    browser::unix_ms,
    chat::{
        conversation::{ConversationInfo, ConversationRecord, Message, piece::Piece, stable_order},
        protocol::message::Role,
        storage::{
            error::StorageError,
            export::long::write_message,
            journal::{Entry, Journal},
        },
    },
    work::job::NoProgress,
};
use leptos::{task::spawn_local, wasm_bindgen::JsValue, web_sys::IdbDatabase};
use recover::Recovery;
use requests::{CONVERSATIONS, MESSAGES, Transaction};
pub use search::search_in;
use std::rc::Rc;

/// An answer that can't be turned into one record within this time, in milliseconds, stays in pieces.
const COMPACTED_WITHIN_MS: u64 = 10_000;

/// The database, open.
#[derive(Clone, Debug)]
pub struct Database {
    connection: IdbDatabase,
    pub(crate) journal: Rc<Journal>,
    recovery: Rc<Recovery>,
}

impl Database {
    /// Opens the database, or creates it.
    ///
    /// # Errors
    /// The browser refuses, as some do in private windows.
    pub async fn open() -> Result<Self, StorageError> {
        let connection = requests::open().await?;
        Ok(Self { connection, journal: Rc::new(Journal::open().await), recovery: Rc::default() })
    }

    /// All conversations without their messages, the one that changed last first.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn list(&self) -> Result<Vec<ConversationInfo>, StorageError> {
        self.recover_in_time().await;
        let mut list = Vec::new();
        batch::each(&self.connection, CONVERSATIONS, None, async |record, _| {
            list.extend(serde_json::from_str(&String::from(record)).ok().filter(has_id));
        })
        .await?;
        Ok(newest_first(list))
    }

    /// One conversation with its messages; none if there is none. A conversation whose own record can't be read still has
    /// its messages.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn load(&self, id: &str) -> Result<Option<ConversationRecord>, StorageError> {
        self.recover_in_time().await;
        let record = Transaction::read(&self.connection)?.store(CONVERSATIONS)?.get(&id.into())?;
        let record = requests::done(&record).await?;
        let messages = batch::messages(&self.connection, id).await?;
        if record.is_undefined() && messages.is_empty() {
            return Ok(None);
        }
        let known = record.as_string().and_then(|text| serde_json::from_str(&text).ok()).filter(has_id);
        let conversation =
            known.unwrap_or_else(|| ConversationInfo { id: id.to_owned(), ..ConversationInfo::default() });
        Ok(Some(ConversationRecord { conversation, messages }))
    }

    /// Writes these messages of a conversation, and its own record if it `is_new`: all or nothing. The write is requested at
    /// once, not when the future is first polled, so that a page that is about to end has requested it in time.
    ///
    /// # Errors
    /// There is no room, or the browser refuses. What was there before stays.
    pub fn put(
        &self,
        kept: &ConversationRecord,
        is_new: bool,
    ) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let written = self.journal.track(Entry::from_record(kept, is_new), self.request_put(kept, is_new));
        let answers = kept.messages.iter().filter(|message| message.role == Role::Assistant);
        let pieces: Vec<_> =
            answers.filter_map(|answer| requests::pieces_in(&kept.conversation.id, answer).ok()).collect();
        let connection = self.connection.clone();
        async move {
            written.await?;
            // A piece that stays does no harm: a reader leaves out pieces that don't fit.
            _ = delete_pieces(&connection, &pieces);
            Ok(())
        }
    }

    fn request_put(&self, kept: &ConversationRecord, is_new: bool) -> Result<Transaction, StorageError> {
        let transaction = Transaction::write(&self.connection)?;
        if is_new {
            transaction.put_conversation(&kept.conversation)?;
        }
        for message in &kept.messages {
            transaction.put_message(&kept.conversation.id, message)?;
        }
        // Without an explicit commit, the transaction waits until the page has received each request's event. A page that is
        // about to end never receives them.
        transaction.commit();
        Ok(transaction)
    }

    /// Writes the text of an answer that arrived since its record, or since the piece before. This is requested at once, too.
    ///
    /// # Errors
    /// There is no room, or the browser refuses.
    pub fn put_piece(
        &self,
        conversation: &str,
        piece: &Piece,
    ) -> impl Future<Output = Result<(), StorageError>> + use<> {
        self.journal.track(Entry::from_piece(conversation, piece), self.request_put_piece(conversation, piece))
    }

    fn request_put_piece(&self, conversation: &str, piece: &Piece) -> Result<Transaction, StorageError> {
        let transaction = Transaction::write_messages(&self.connection)?;
        transaction.put_piece(conversation, piece)?;
        transaction.commit();
        Ok(transaction)
    }

    /// Writes an answer as one record in place of its record and its pieces, in slices. `is_current` says whether the answer
    /// is still the same.
    ///
    /// # Errors
    /// There is no room, the browser refuses, the answer is not current any more, or the work took too long.
    pub async fn compact(
        &self,
        conversation: &str,
        answer: &Message,
        is_current: impl Fn() -> bool,
    ) -> Result<(), StorageError> {
        let (began_ms, mut progress) = (unix_ms(), NoProgress::new());
        let record = write_message(answer, 0, &mut progress).await?;
        let record = search::joined(&record, 0, &mut progress).await?;
        // A page that was frozen meanwhile doesn't know what other tabs have written.
        let is_late = unix_ms().saturating_sub(began_ms) > COMPACTED_WITHIN_MS;
        if is_late || !is_current() || self.journal.is_deleted(conversation) {
            return Err(StorageError::Cancelled);
        }
        let transaction = Transaction::write_messages(&self.connection)?;
        let key = requests::key_of(conversation, &answer.id);
        transaction.store(MESSAGES)?.put_with_key(&record, &key.into())?;
        transaction.commit();
        transaction.written().await?;
        if is_current() {
            delete_pieces(&self.connection, &[requests::pieces_in(conversation, answer)?])
        } else {
            Ok(())
        }
    }

    /// Deletes a conversation, and returns it: [`Database::import`] restores it.
    ///
    /// # Errors
    /// The browser refuses; then all of it is still there.
    pub async fn delete(&self, id: &str) -> Result<Option<ConversationRecord>, StorageError> {
        let kept = self.load(id).await?;
        // A recovery that is under way would bring it back.
        self.journal.mark_deleted(id);
        self.delete_records(id).await.inspect_err(|_| self.journal.unmark_deleted(id))?;
        let (journal, id) = (Rc::clone(&self.journal), id.to_owned());
        spawn_local(async move { journal.clear(&id).await });
        Ok(kept)
    }

    async fn delete_records(&self, id: &str) -> Result<(), StorageError> {
        let transaction = Transaction::write(&self.connection)?;
        transaction.store(CONVERSATIONS)?.delete(&id.into())?;
        transaction.store(MESSAGES)?.delete(&requests::messages_of(id)?)?;
        transaction.written().await
    }
}

/// Deletes the pieces of answers whose records are written. This is a transaction of its own: of one that begins while a page
/// ends, WebKit may execute the deletion alone.
fn delete_pieces(connection: &IdbDatabase, pieces: &[JsValue]) -> Result<(), StorageError> {
    if pieces.is_empty() {
        return Ok(());
    }
    let transaction = Transaction::write_messages(connection)?;
    for keys in pieces {
        transaction.delete_messages(keys)?;
    }
    transaction.commit();
    Ok(())
}

/// The beginning of a [`Piece`]'s record.
const PIECE: &str = "{\"of\":";

/// Adds the piece in this record to the message before it. A piece that can't be read, or that has no message, is skipped.
fn add_piece(record: &str, messages: &mut [Message]) {
    if let (Ok(piece), Some(message)) = (serde_json::from_str::<Piece>(record), messages.last_mut()) {
        message.add_piece(piece);
    }
}

/// Sorts a list by its time: the conversation that changed last comes first.
pub(crate) fn newest_first(mut list: Vec<ConversationInfo>) -> Vec<ConversationInfo> {
    let ages: Vec<u64> = list.iter().map(|conversation| u64::MAX - conversation.updated_ms).collect();
    stable_order(&ages).into_iter().map(|at| std::mem::take(&mut list[at])).collect()
}

fn has_id(conversation: &ConversationInfo) -> bool {
    !conversation.id.is_empty()
}

fn has_message_id(message: &Message) -> bool {
    !message.id.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_is_read_with_its_pieces_and_unknown_records_are_skipped() {
        let records = [
            r#"{"id":"a","role":"assistant","writer":"w","text":"one"}"#,
            r#"{"of":"a","writer":"w","after":{"text":3,"reasoning":0},"text":", two"}"#,
            r#"{"of":"a","writer":"w","after":{"text":8,"reasoning":0},"text":", three"}"#,
            r#"{"id":"b","role":"assistant","writer":"w","text":"1"}"#,
            r#"{"of":"a","writer":"w","after":{"text":1,"reasoning":0},"text":"!"}"#,
            r#"{"some":"thing"}"#,
            "",
        ];
        let mut messages = Vec::new();
        for record in records {
            if record.starts_with(PIECE) {
                add_piece(record, &mut messages);
            } else {
                messages.extend(serde_json::from_str(record).ok().filter(has_message_id));
            }
        }
        assert!(serde_json::to_string(&Piece::default()).unwrap().starts_with(PIECE));
        let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(texts, ["one, two, three", "1"]);
    }

    #[test]
    fn conversation_that_changed_last_comes_first() {
        let of = |id: &str, updated_ms| ConversationInfo { id: id.into(), updated_ms, ..ConversationInfo::default() };
        let list = newest_first(vec![of("a", 1), of("b", 3), of("c", 3), of("d", 2)]);
        assert_eq!(list.iter().map(|conversation| conversation.id.as_str()).collect::<Vec<_>>(), ["b", "c", "d", "a"]);
    }
}
