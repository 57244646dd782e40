//! Puts the entries of the journal into the database: writes that were not committed when their page ended.

use crate::chat::{
    conversation::{ConversationInfo, Message},
    storage::{
        error::StorageError,
        indexed_db::{
            Database,
            requests::{self, CONVERSATIONS, MESSAGES, Transaction},
        },
        journal::{Entry, in_time},
    },
};
use futures::future::{FutureExt, LocalBoxFuture, Shared};
use leptos::task::spawn_local;
use serde::Deserialize;
use std::cell::{Cell, RefCell};

/// The number of entries that one transaction writes.
const BATCH: usize = 32;

/// The recovery that is running, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Recovery {
    work: RefCell<Option<Work>>,
    /// A reader has waited for it and timed out.
    is_late: Cell<bool>,
}

type Work = Shared<LocalBoxFuture<'static, ()>>;

/// The time of a record of either kind.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Time {
    saved_ms: u64,
    updated_ms: u64,
}

impl Database {
    /// Waits for the recovery, up to a limit. A recovery that takes longer doesn't block readers: it goes on in the
    /// background, and no reader waits for it again.
    pub(crate) async fn recover_in_time(&self) {
        if self.recovery.is_late.get() {
            return;
        }
        let running = self.recovery.work.borrow().clone();
        let work = running.unwrap_or_else(|| self.begin_recovery());
        let is_done = in_time(work).await.is_some();
        self.recovery.is_late.set(!is_done && self.recovery.work.borrow().is_some());
    }

    fn begin_recovery(&self) -> Work {
        let database = self.clone();
        let work = async move {
            // An entry that fails stays in the journal.
            _ = database.recover().await;
            database.recovery.is_late.set(false);
            database.recovery.work.take();
        };
        let work = work.boxed_local().shared();
        self.recovery.work.replace(Some(work.clone()));
        spawn_local(work.clone());
        work
    }

    /// An entry may belong to a living tab that has written more since. So a record is only replaced by a newer one. A piece
    /// is the same whichever tab writes it.
    async fn recover(&self) -> Result<(), StorageError> {
        let entries = self.journal.entries().await;
        // Pieces come last: a piece is useless without its record.
        let (pieces, records): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, entry)| entry.piece.is_some());
        for batch in records.chunks(BATCH).chain(pieces.chunks(BATCH)) {
            self.write_batch(batch).await?;
        }
        Ok(())
    }

    /// Writes one batch, and then removes it from the journal. So a page that ends meanwhile leaves less to the next.
    async fn write_batch(&self, batch: &[(String, Entry)]) -> Result<(), StorageError> {
        let transaction = Transaction::write(&self.connection)?;
        for (_, entry) in batch.iter().filter(|(_, entry)| !self.journal.is_deleted(&entry.conversation_id)) {
            put_records(&transaction, entry).await?;
            if let Some(piece) = &entry.piece {
                transaction.put_piece(&entry.conversation_id, piece)?;
            }
        }
        transaction.written().await?;
        for (name, _) in batch {
            self.journal.remove(name);
        }
        Ok(())
    }
}

async fn put_records(transaction: &Transaction, entry: &Entry) -> Result<(), StorageError> {
    if let Some(conversation) = &entry.conversation {
        let known = read(transaction, CONVERSATIONS, &conversation.id).await?;
        if is_newer(conversation, known.as_deref()) {
            transaction.put_conversation(conversation)?;
        }
    }
    for message in &entry.messages {
        let known = read(transaction, MESSAGES, &requests::key_of(&entry.conversation_id, &message.id)).await?;
        if is_later(message, known.as_deref()) {
            transaction.put_message(&entry.conversation_id, message)?;
        }
    }
    Ok(())
}

async fn read(transaction: &Transaction, store: &str, key: &str) -> Result<Option<String>, StorageError> {
    let record = transaction.store(store)?.get(&key.into())?;
    Ok(requests::done(&record).await?.as_string())
}

fn is_newer(conversation: &ConversationInfo, known: Option<&str>) -> bool {
    known.is_none_or(|known| conversation.updated_ms > time(known).updated_ms)
}

fn is_later(message: &Message, known: Option<&str>) -> bool {
    known.is_none_or(|known| message.saved_ms > time(known).saved_ms)
}

/// The time of a record. One that can't be read counts as newest, so that it stays.
fn time(record: &str) -> Time {
    serde_json::from_str(record).unwrap_or(Time { saved_ms: u64::MAX, updated_ms: u64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::conversation::Provenance;

    #[test]
    fn message_is_replaced_only_by_a_newer_one() {
        let stamp = Provenance { id: "a".into(), writer: "here".into(), now_ms: 1000 };
        let old = Message::answer(stamp, None, "demo".into());
        let new = Message { saved_ms: old.saved_ms + 1, ..old.clone() };
        let record = serde_json::to_string(&old).unwrap();
        assert!(is_later(&old, None) && is_later(&new, Some(&record)));
        assert!(!is_later(&old, Some(&record)) && !is_later(&new, Some("damaged")));
    }

    #[test]
    fn conversation_record_is_replaced_only_by_a_newer_one() {
        let at = |updated_ms| ConversationInfo { id: "c".into(), updated_ms, ..ConversationInfo::default() };
        let record = serde_json::to_string(&at(1)).unwrap();
        assert!(is_newer(&at(1), None) && is_newer(&at(2), Some(&record)));
        assert!(!is_newer(&at(1), Some(&record)) && !is_newer(&at(2), Some("damaged")));
    }
}
