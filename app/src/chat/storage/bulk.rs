//! Operations on whole conversations, or on all of them: delete, export, import, search.

use super::{ConversationRecord, ConversationStore};
use crate::{
    chat::{
        conversation::{Conversation, ConversationInfo, search::Hit},
        storage::{error::StorageError, indexed_db::search_in},
    },
    work::job::{NoProgress, Progress},
};
use leptos::prelude::*;

/// The most conversations that other tabs are told of after an import: for each of them they read the list again.
const MOST_NOTIFIED: usize = 20;

impl ConversationStore {
    /// Deletes a conversation, and returns it, so that it can be restored. None if there was none, or if that failed: then
    /// [`error`](Self::error) is set.
    pub async fn delete(self, id: &str) -> Option<ConversationRecord> {
        let stored = match self.database.get_value() {
            Some(database) => database.delete(id).await,
            None => Ok(None),
        };
        let stored = match stored {
            Ok(stored) => stored,
            Err(error) => {
                self.set_error(Some(error)); // all of it is still there
                return None;
            }
        };
        self.mark_deleted(id);
        let unsaved = self.unsaved_of(id);
        self.unsaved.update_value(|unsaved| unsaved.remove(id));
        self.list.update(|list| list.retain(|conversation| conversation.id != id));
        self.notify_tabs(id);
        self.retry_unsaved(); // there is room now
        merged(stored, unsaved).await
    }

    /// The ids of all conversations: first those that couldn't be saved, then those in the database. If the database can't
    /// be read, the error, and the ids of the unsaved ones alone.
    pub async fn ids(self) -> (Vec<String>, Option<StorageError>) {
        let (stored, error) = match self.database.get_value() {
            Some(database) => match database.list().await {
                Ok(stored) => (stored, None),
                Err(error) => (Vec::new(), Some(error)),
            },
            None => (Vec::new(), None),
        };
        (self.unsaved.with_value(|unsaved| merged_ids(unsaved.records(), stored)), error)
    }

    /// All of one conversation: its record in the database, merged with what couldn't be saved.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn record(self, id: &str) -> Result<Option<ConversationRecord>, StorageError> {
        let stored = match self.database.get_value() {
            Some(database) => database.load(id).await?,
            None => None,
        };
        Ok(merged(stored, self.unsaved_of(id)).await)
    }

    /// Imports exported or deleted conversations, and returns the number of those to which that added anything. Messages
    /// that are here already stay as they are.
    ///
    /// # Errors
    /// There is no room, the browser refuses, or the person has cancelled: then nothing was imported.
    pub async fn import(self, all: &[ConversationRecord], progress: &mut impl Progress) -> Result<usize, StorageError> {
        let Some(database) = self.database.get_value() else {
            self.undelete(all);
            return Ok(all.iter().filter(|record| self.import_in_memory(record)).count());
        };
        let changed = match database.import(all, progress).await {
            Ok(changed) => changed,
            Err(error) => {
                if error != StorageError::Cancelled {
                    self.set_error(Some(error));
                }
                return Err(error);
            }
        };
        self.undelete(all);
        for id in changed.iter().take(MOST_NOTIFIED) {
            self.notify_tabs(id);
        }
        self.refresh().await;
        Ok(changed.len())
    }

    /// Lets imported conversations be saved again, even if they were deleted before.
    fn undelete(self, all: &[ConversationRecord]) {
        self.deleted.update_value(|deleted| {
            if !deleted.is_empty() {
                deleted.retain(|id| all.iter().all(|record| record.conversation.id != *id));
            }
        });
    }

    /// Finds a text in titles and messages: at most `limit` hits, one a conversation. If the database can't be read,
    /// [`error`](Self::error) is set, and the hits are those in unsaved conversations.
    pub async fn search(self, text: &str, limit: usize) -> Vec<Hit> {
        let unsaved = self.unsaved.get_value();
        let mut hits = search_in(unsaved.records(), text, limit).await;
        if let Some(database) = self.database.get_value() {
            match database.search(text, limit).await {
                Ok(found) => add_hits(&mut hits, found, limit),
                Err(error) => self.set_error(Some(error)),
            }
        }
        hits
    }
}

fn merged_ids(unsaved: &[ConversationRecord], stored: Vec<ConversationInfo>) -> Vec<String> {
    let mut ids: Vec<String> = unsaved.iter().map(|record| record.conversation.id.clone()).collect();
    let count = ids.len();
    for stored in stored {
        if !ids[..count].contains(&stored.id) {
            ids.push(stored.id);
        }
    }
    ids
}

/// Adds hits in conversations that have none yet, up to `limit`.
fn add_hits(hits: &mut Vec<Hit>, found: Vec<Hit>, limit: usize) {
    for hit in found {
        if hits.len() < limit && hits.iter().all(|other| other.conversation != hit.conversation) {
            hits.push(hit);
        }
    }
}

/// Merges the stored record of a conversation with a newer one. It can't be cancelled.
async fn merged(stored: Option<ConversationRecord>, newer: Option<ConversationRecord>) -> Option<ConversationRecord> {
    match (stored, newer) {
        (Some(stored), Some(newer)) => {
            Some(Conversation::merged(stored, newer, &mut NoProgress::new()).await.ok()?.into_record())
        }
        (stored, newer) => stored.or(newer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(id: &str) -> ConversationInfo {
        ConversationInfo { id: id.into(), ..ConversationInfo::default() }
    }

    fn hit(conversation: &str, message: &str) -> Hit {
        Hit { conversation: conversation.into(), message: message.into(), excerpt: String::new() }
    }

    #[test]
    fn conversation_in_both_places_is_exported_once() {
        let unsaved = [ConversationRecord { conversation: info("b"), messages: Vec::new() }];
        assert_eq!(merged_ids(&unsaved, vec![info("a"), info("b"), info("c")]), ["b", "a", "c"]);
    }

    #[test]
    fn search_has_one_hit_for_a_conversation() {
        let mut hits = vec![hit("a", "unsaved")];
        add_hits(&mut hits, vec![hit("a", "stored"), hit("b", "1"), hit("b", "2"), hit("c", "1"), hit("d", "1")], 3);
        assert_eq!(hits, [hit("a", "unsaved"), hit("b", "1"), hit("c", "1")]);
    }
}
