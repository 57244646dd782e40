//! The database of conversations and messages: IndexedDB, in this browser. The server keeps nothing.
//!
//! It has two object stores of JSON texts: conversations under their ids, and messages under `<conversation>/<message>`. A
//! message is a record of its own, so two tabs on one conversation never overwrite each other's messages. A list of all
//! conversations reads no message.
//!
//! An answer in progress is kept every few milliseconds, as a [`Piece`] under `<conversation>/<message>/<place>`. So the
//! pieces of an answer follow its record in order. Writing the record anew deletes them in the same transaction. They have
//! no object store of their own, because that needs another database version: it would shut out an open tab with an older
//! version of this page. To such a tab a piece is a record that it skips.
//!
//! Some records can't be read: another version wrote them, or a disk failed. Such a record is skipped and counted, and it
//! stays in the database.
//!
//! | file | what it is |
//! |---|---|
//! | `requests` | the browser's requests, as futures |
//! | `batch` | many or long messages, read without blocking the page |
//! | [`search`](mod@search) | all conversations at once: search, export, import |
//! | `recover` | puts into the database what the journal still holds, before anything is read |
//!
//! The wrapper is our own for its size: each crate that does this brings more code than all of ours.

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

/// A record that can't be written within this time, in milliseconds, stays in pieces.
const COMPACTED_WITHIN_MS: u64 = 10_000;

/// The conversations that this browser keeps.
#[derive(Clone, Debug)]
pub struct Database {
    connection: IdbDatabase,
    pub(crate) journal: Rc<Journal>,
    recovery: Rc<Recovery>,
}

/// What was read, and how many records could not be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read<T> {
    /// What could be read.
    pub found: T,
    /// How many records were skipped.
    pub skipped: usize,
}

impl Database {
    /// Opens it, or makes it.
    ///
    /// # Errors
    /// The browser refuses, as some do in private mode: the page goes on in memory, and says so.
    pub async fn open() -> Result<Self, StorageError> {
        let connection = requests::open().await?;
        Ok(Self { connection, journal: Rc::new(Journal::open().await), recovery: Rc::default() })
    }

    /// All conversations without their messages, that which was worked on last first.
    ///
    /// # Errors
    /// Nothing can be read.
    pub async fn list(&self) -> Result<Read<Vec<ConversationInfo>>, StorageError> {
        self.recover_in_time().await;
        let mut read = Read::default();
        batch::each(&self.connection, CONVERSATIONS, None, async |record, _| {
            keep(serde_json::from_str(&String::from(record)).ok().filter(has_id), &mut read);
        })
        .await?;
        Ok(Read { found: newest_first(read.found), skipped: read.skipped })
    }

    /// One conversation with its messages; none if it isn't kept. Messages are given even where what was known of their
    /// conversation can't be read.
    ///
    /// # Errors
    /// Nothing can be read.
    pub async fn load(&self, id: &str) -> Result<Read<Option<ConversationRecord>>, StorageError> {
        self.recover_in_time().await;
        let record = Transaction::read(&self.connection)?.store(CONVERSATIONS)?.get(&id.into())?;
        let record = requests::done(&record).await?;
        let Read { found: messages, mut skipped } = batch::messages(&self.connection, id).await?;
        if record.is_undefined() && messages.is_empty() {
            return Ok(Read { found: None, skipped });
        }
        let known = record.as_string().and_then(|text| serde_json::from_str(&text).ok()).filter(has_id);
        skipped += usize::from(known.is_none());
        let conversation =
            known.unwrap_or_else(|| ConversationInfo { id: id.to_owned(), ..ConversationInfo::default() });
        Ok(Read { found: Some(ConversationRecord { conversation, messages }), skipped })
    }

    /// Keeps these messages of a conversation, and what is known of it if that is new, all or nothing. It is asked for at
    /// once, not when the future is first polled, so that a page that is being left has asked in time.
    ///
    /// # Errors
    /// There is no room, or the browser refuses. What was kept before stays.
    pub fn put(
        &self,
        kept: &ConversationRecord,
        is_new: bool,
    ) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let written = self.journal.follow(Entry::kept(kept, is_new), self.ask_to_put(kept, is_new));
        let answers = kept.messages.iter().filter(|message| message.role == Role::Assistant);
        let pieces: Vec<_> =
            answers.filter_map(|answer| requests::pieces_in(&kept.conversation.id, answer).ok()).collect();
        let database = self.connection.clone();
        async move {
            written.await?;
            // A piece that stays does no harm: a reader leaves out pieces that don't fit.
            _ = delete_pieces(&database, &pieces);
            Ok(())
        }
    }

    fn ask_to_put(&self, kept: &ConversationRecord, is_new: bool) -> Result<Transaction, StorageError> {
        let transaction = Transaction::write(&self.connection)?;
        if is_new {
            transaction.put_conversation(&kept.conversation)?;
        }
        for message in &kept.messages {
            transaction.put_message(&kept.conversation.id, message)?;
        }
        // Left to itself it waits until this page has heard of each record, which a page that is being left never does.
        transaction.commit();
        Ok(transaction)
    }

    /// Keeps what has arrived of an answer since its record, or the piece before. It is asked for at once, too.
    ///
    /// # Errors
    /// There is no room, or the browser refuses.
    pub fn put_piece(
        &self,
        conversation: &str,
        piece: &Piece,
    ) -> impl Future<Output = Result<(), StorageError>> + use<> {
        self.journal.follow(Entry::piece(conversation, piece), self.ask_to_put_piece(conversation, piece))
    }

    fn ask_to_put_piece(&self, conversation: &str, piece: &Piece) -> Result<Transaction, StorageError> {
        let transaction = Transaction::write_messages(&self.connection)?;
        transaction.put_piece(conversation, piece)?;
        transaction.commit();
        Ok(transaction)
    }

    /// Writes an answer as one record in place of its record and its pieces, if `is_current` says that it should be.
    ///
    /// # Errors
    /// There is no room, the browser refuses, or it took too long.
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

    /// Deletes a conversation, and returns what it was: [`Database::import`] puts it back.
    ///
    /// # Errors
    /// The browser refuses; then all of it is still there.
    pub async fn delete(&self, id: &str) -> Result<Option<ConversationRecord>, StorageError> {
        let kept = self.load(id).await?.found;
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

/// Deletes pieces of answers that are in records which are written. Not together with these: of a transaction that is begun
/// while a page ends, WebKit may do the deletion alone.
fn delete_pieces(database: &IdbDatabase, pieces: &[JsValue]) -> Result<(), StorageError> {
    if pieces.is_empty() {
        return Ok(());
    }
    let transaction = Transaction::write_messages(database)?;
    for keys in pieces {
        transaction.delete_messages(keys)?;
    }
    transaction.commit();
    Ok(())
}

/// Takes in a record of the messages' store.
fn take(message: Option<Message>, read: &mut Read<Vec<Message>>) {
    keep(message.filter(|message| !message.id.is_empty()), read);
}

/// How the record of a [`Piece`] begins.
const PIECE: &str = "{\"of\":";

/// Takes in a piece of the message before.
fn take_piece(text: &str, read: &mut Read<Vec<Message>>) {
    let piece: Option<Piece> = serde_json::from_str(text).ok();
    match (piece, read.found.last_mut()) {
        (Some(piece), Some(message)) => message.add_piece(piece),
        _ => read.skipped += 1,
    }
}

/// That which was worked on last comes first.
pub(crate) fn newest_first(mut list: Vec<ConversationInfo>) -> Vec<ConversationInfo> {
    let ages: Vec<u64> = list.iter().map(|conversation| u64::MAX - conversation.updated_ms).collect();
    stable_order(&ages).into_iter().map(|at| std::mem::take(&mut list[at])).collect()
}

fn has_id(conversation: &ConversationInfo) -> bool {
    !conversation.id.is_empty()
}

fn keep<T>(record: Option<T>, read: &mut Read<Vec<T>>) {
    match record {
        Some(record) => read.found.push(record),
        None => read.skipped += 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_its_pieces_and_what_makes_no_sense_is_counted() {
        let records = [
            r#"{"id":"a","role":"assistant","writer":"w","text":"one"}"#,
            r#"{"of":"a","writer":"w","after":{"text":3,"reasoning":0},"text":", two"}"#,
            r#"{"of":"a","writer":"w","after":{"text":8,"reasoning":0},"text":", three"}"#,
            r#"{"id":"b","role":"assistant","writer":"w","text":"1"}"#,
            r#"{"of":"a","writer":"w","after":{"text":1,"reasoning":0},"text":"!"}"#,
            r#"{"some":"thing"}"#,
            "",
        ];
        let mut read = Read::default();
        for record in records {
            if record.starts_with(PIECE) {
                take_piece(record, &mut read);
            } else {
                take(serde_json::from_str(record).ok(), &mut read);
            }
        }
        assert!(serde_json::to_string(&Piece::default()).unwrap().starts_with(PIECE));
        let texts: Vec<&str> = read.found.iter().map(|message| message.text.as_str()).collect();
        assert_eq!((texts, read.skipped), (vec!["one, two, three", "1"], 2));
    }

    #[test]
    fn the_conversation_that_was_worked_on_last_comes_first() {
        let of = |id: &str, updated_ms| ConversationInfo { id: id.into(), updated_ms, ..ConversationInfo::default() };
        let list = newest_first(vec![of("a", 1), of("b", 3), of("c", 3), of("d", 2)]);
        assert_eq!(list.iter().map(|conversation| conversation.id.as_str()).collect::<Vec<_>>(), ["b", "c", "d", "a"]);
    }
}
