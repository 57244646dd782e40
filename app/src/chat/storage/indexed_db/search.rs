//! Operations on many conversations: search and import.

use super::{Database, batch};
use crate::{
    chat::{
        conversation::{
            ConversationInfo, ConversationRecord,
            case_fold::fold,
            search::{Hit, excerpt, parts, texts_of},
        },
        storage::{
            error::StorageError,
            export::long::write_message,
            indexed_db::requests::{self, CONVERSATIONS, MESSAGES, Transaction},
        },
    },
    work::job::{Cancelled, NoProgress, Progress},
};
use js_sys::JsString;
use leptos::web_sys::IdbDatabase;

impl Database {
    /// Finds a text in titles and messages, whatever its case or form: one hit a conversation, the one that changed last
    /// first, and `limit` at most. One conversation at a time is in memory. Drop the future to cancel.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn search(&self, text: &str, limit: usize) -> Result<Vec<Hit>, StorageError> {
        let needle = fold(text.trim());
        let mut hits = Vec::new();
        if needle.is_empty() {
            return Ok(hits);
        }
        let mut progress = NoProgress::new();
        for conversation in self.list().await? {
            if hits.len() >= limit {
                break;
            }
            hits.extend(match in_title(&conversation, &needle) {
                Some(hit) => Some(hit),
                None => {
                    let kept = self.load(&conversation.id).await?;
                    match kept {
                        Some(kept) => in_messages(&kept, &needle, &mut progress).await?,
                        None => None,
                    }
                }
            });
            progress.checkpoint(0).await?;
        }
        Ok(hits)
    }

    /// Imports exported or deleted conversations, and returns the ids of those to which that added anything. Nothing is
    /// overwritten: a message that is here stays as it is, and so does the record of its conversation. `progress` gets the
    /// number of messages that were examined.
    ///
    /// An import takes many transactions, so that neither this page nor another tab waits for all of it. A conversation is
    /// listed only after its last message is written. If the import fails or is cancelled, it deletes what it added.
    ///
    /// # Errors
    /// There is no room, the browser refuses, or the person has cancelled.
    pub async fn import(
        &self,
        conversations: &[ConversationRecord],
        progress: &mut impl Progress,
    ) -> Result<Vec<String>, StorageError> {
        let mut added = Vec::new();
        let imported = self.add_all(conversations, progress, &mut added).await;
        if let Err(error) = imported {
            self.delete_added(added).await?;
            return Err(error);
        }
        Ok(added.into_iter().map(|added| added.id).collect())
    }

    async fn add_all(
        &self,
        conversations: &[ConversationRecord],
        progress: &mut impl Progress,
        all: &mut Vec<Added>,
    ) -> Result<(), StorageError> {
        let mut done = 0;
        for kept in conversations {
            let id = kept.conversation.id.as_str();
            self.journal.unmark_deleted(id);
            let known = Transaction::read(&self.connection)?.store(CONVERSATIONS)?.get(&id.into())?;
            let is_new = requests::done(&known).await?.is_undefined();
            let keys = batch::keys(&self.connection, id).await?;
            let at = all.len();
            let mut added = Added { id: id.to_owned(), is_new, keys: Vec::new() };
            let mut batch = Batch::new(&self.connection);
            for message in &kept.messages {
                let key = requests::key_of(id, &message.id);
                // The keys are sorted.
                if keys.binary_search(&key).is_err() {
                    let record = joined(&write_message(message, done, progress).await?, done, progress).await?;
                    added.keys.push(key);
                    note(all, at, &mut added);
                    batch.put(MESSAGES, &requests::key_of(id, &message.id), record).await?;
                }
                done += 1;
                progress.checkpoint(done).await?;
            }
            if is_new {
                note(all, at, &mut added);
                let record = serde_json::to_string(&kept.conversation).unwrap_or_default();
                batch.put(CONVERSATIONS, id, record.into()).await?;
            }
            batch.finish().await?;
        }
        Ok(())
    }

    /// Deletes everything that an import has added.
    async fn delete_added(&self, all: Vec<Added>) -> Result<(), StorageError> {
        let mut progress = NoProgress::new();
        for added in all {
            let transaction = Transaction::write(&self.connection)?;
            if added.is_new {
                transaction.store(CONVERSATIONS)?.delete(&added.id.as_str().into())?;
            }
            transaction.written().await?;
            for keys in added.keys.chunks(BATCH) {
                let transaction = Transaction::write(&self.connection)?;
                for key in keys {
                    transaction.store(MESSAGES)?.delete(&key.into())?;
                }
                transaction.written().await?;
                progress.checkpoint(0).await?;
            }
        }
        Ok(())
    }
}

/// The records that an import has added to a conversation.
struct Added {
    id: String,
    is_new: bool,
    keys: Vec<String>,
}

/// Notes the records that are about to be added to the conversation at this place.
fn note(all: &mut Vec<Added>, at: usize, added: &mut Added) {
    match all.get_mut(at) {
        Some(noted) => noted.keys.append(&mut added.keys),
        None => {
            let (id, keys) = (added.id.clone(), std::mem::take(&mut added.keys));
            all.push(Added { id, is_new: added.is_new, keys });
        }
    }
}

/// Concatenates these pieces into a text of the browser.
pub(super) async fn joined(
    pieces: &[String],
    done: usize,
    progress: &mut impl Progress,
) -> Result<JsString, Cancelled> {
    let mut text = JsString::from("");
    for piece in pieces {
        text = text.concat(&piece.into());
        progress.checkpoint(done).await?;
    }
    Ok(text)
}

/// The most records of one transaction.
const BATCH: usize = 200;

/// Records that wait to be written, up to [`BATCH`] in a transaction.
struct Batch<'a> {
    connection: &'a IdbDatabase,
    waiting: Vec<(&'static str, String, JsString)>,
    length: u32,
}

impl<'a> Batch<'a> {
    fn new(connection: &'a IdbDatabase) -> Self {
        Self { connection, waiting: Vec::new(), length: 0 }
    }

    /// Adds a record under this key, and writes the batch if it is full.
    async fn put(&mut self, store: &'static str, key: &str, record: JsString) -> Result<(), StorageError> {
        self.length += record.length();
        self.waiting.push((store, key.to_owned(), record));
        if self.waiting.len() >= BATCH || self.length > MOST_TEXT { self.finish().await } else { Ok(()) }
    }

    async fn finish(&mut self) -> Result<(), StorageError> {
        let transaction = Transaction::write(self.connection)?;
        for (store, key, record) in self.waiting.drain(..) {
            transaction.store(store)?.put_with_key(&record, &key.into())?;
        }
        self.length = 0;
        transaction.written().await
    }
}

/// The most text of one transaction, in UTF-16 units, unless one record is longer.
const MOST_TEXT: u32 = 1024 * 1024;

/// The same search in conversations that are in memory.
pub async fn search_in(all: &[ConversationRecord], text: &str, limit: usize) -> Vec<Hit> {
    let (needle, mut progress) = (fold(text.trim()), NoProgress::new());
    let mut hits = Vec::new();
    for kept in all.iter().filter(|_| !needle.is_empty()) {
        if hits.len() >= limit {
            break;
        }
        hits.extend(match in_title(&kept.conversation, &needle) {
            Some(hit) => Some(hit),
            None => in_messages(kept, &needle, &mut progress).await.unwrap_or_default(),
        });
    }
    hits
}

fn in_title(conversation: &ConversationInfo, needle: &str) -> Option<Hit> {
    let excerpt = excerpt(&conversation.title, needle, &fold)?;
    Some(Hit { conversation: conversation.id.clone(), message: String::new(), excerpt })
}

async fn in_messages(
    kept: &ConversationRecord,
    needle: &str,
    progress: &mut impl Progress,
) -> Result<Option<Hit>, Cancelled> {
    for message in &kept.messages {
        for text in texts_of(message).flat_map(parts) {
            if let Some(excerpt) = excerpt(text, needle, &fold) {
                let (conversation, message) = (kept.conversation.id.clone(), message.id.clone());
                return Ok(Some(Hit { conversation, message, excerpt }));
            }
            progress.checkpoint(0).await?;
        }
    }
    Ok(None)
}
