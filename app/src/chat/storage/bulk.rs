//! What is done with all of a conversation at once, or with all conversations: to delete, to export, to import, to search.

use super::{ConversationRecord, ConversationStore};
use crate::{
    chat::{
        conversation::{Conversation, search::Hit},
        storage::{error::StorageError, indexed_db::search_in},
    },
    work::job::{NoProgress, Progress},
};
use leptos::prelude::*;

/// Of how many conversations other tabs are told after an import: for each they read the list again.
const MOST_TOLD: usize = 20;

impl ConversationStore {
    /// Deletes a conversation, and returns what it was, for who thinks better of it.
    pub async fn delete(self, id: &str) -> Option<ConversationRecord> {
        let stored = match self.database.get_value() {
            Some(database) => database.delete(id).await,
            None => Ok(None),
        };
        let stored = match stored {
            Ok(stored) => stored,
            Err(error) => {
                self.set_error(Some(error)); // then all of it is still there
                return None;
            }
        };
        self.mark_deleted(id);
        let unsaved = self.unsaved_of(id);
        self.unsaved.update_value(|unsaved| unsaved.retain(|kept| kept.conversation.id != id));
        self.list.update(|list| list.retain(|conversation| conversation.id != id));
        self.notify_tabs(id);
        self.retry_unsaved(); // there is room now
        merged(stored, unsaved).await
    }

    /// Which conversations there are to be exported: those in the database, and those that couldn't be put there. If the database
    /// can't be read, why, and which are left.
    pub async fn ids(self) -> (Vec<String>, Option<StorageError>) {
        let stored = match self.database.get_value() {
            Some(database) => database.list().await.map(|read| read.found),
            None => Ok(Vec::new()),
        };
        let error = stored.as_ref().err().copied();
        let held = self.unsaved.with_value(|unsaved| unsaved.iter().map(|kept| kept.conversation.id.clone()).collect());
        let mut all: Vec<String> = held;
        let held = all.len();
        for stored in stored.unwrap_or_default() {
            if !all[..held].contains(&stored.id) {
                all.push(stored.id);
            }
        }
        (all, error)
    }

    /// All of one conversation: what is in the database of it, and what couldn't be put there.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn record(self, id: &str) -> Result<Option<ConversationRecord>, StorageError> {
        let stored = match self.database.get_value() {
            Some(database) => database.load(id).await?.found,
            None => None,
        };
        Ok(merged(stored, self.unsaved_of(id)).await)
    }

    /// Takes in conversations that were deleted or exported, and says to how many that added anything. What is here already
    /// stays as it is.
    ///
    /// # Errors
    /// There is no room for them, the browser refuses, or the person has cancelled: then nothing has been taken in.
    pub async fn import(self, all: &[ConversationRecord], progress: &mut impl Progress) -> Result<usize, StorageError> {
        let Some(database) = self.database.get_value() else {
            self.undelete(all);
            return Ok(all.iter().filter(|kept| self.import_in_memory(kept)).count());
        };
        let changed =
            database.import(all, progress).await.inspect_err(|error| self.set_error_unless_cancelled(*error))?;
        self.undelete(all);
        // Each message to other tabs makes them read the whole list again.
        for id in changed.iter().take(MOST_TOLD) {
            self.notify_tabs(id);
        }
        self.refresh().await;
        Ok(changed.len())
    }

    fn set_error_unless_cancelled(self, error: StorageError) {
        if error != StorageError::Cancelled {
            self.set_error(Some(error));
        }
    }

    /// What was deleted may be here again.
    fn undelete(self, all: &[ConversationRecord]) {
        self.deleted.update_value(|deleted| {
            if !deleted.is_empty() {
                deleted.retain(|id| all.iter().all(|kept| kept.conversation.id != *id));
            }
        });
    }

    /// Takes in one conversation where there is no database, and says whether that added anything.
    fn import_in_memory(self, kept: &ConversationRecord) -> bool {
        let Some(held) = self.unsaved_of(&kept.conversation.id) else {
            self.update_list(&kept.conversation);
            self.hold_record(kept.clone());
            return true;
        };
        let is_missing = |id: &str| held.messages.iter().all(|message| message.id != id);
        let missing: Vec<_> = kept.messages.iter().filter(|message| is_missing(&message.id)).cloned().collect();
        let adds = !missing.is_empty();
        self.hold_record(ConversationRecord { conversation: held.conversation, messages: missing });
        adds
    }

    /// Where this text was said: at most `limit` places, one a conversation.
    pub async fn search(self, text: &str, limit: usize) -> Vec<Hit> {
        let mut hits = search_in(&self.unsaved.get_value(), text, limit).await;
        if let Some(database) = self.database.get_value() {
            let found = database.search(text, limit).await.unwrap_or_else(|error| {
                self.set_error(Some(error));
                Vec::new()
            });
            for hit in found {
                if hits.len() < limit && hits.iter().all(|other| other.conversation != hit.conversation) {
                    hits.push(hit);
                }
            }
        }
        hits
    }
}

/// Merges the stored records of a conversation with newer ones. It can't be cancelled.
async fn merged(stored: Option<ConversationRecord>, newer: Option<ConversationRecord>) -> Option<ConversationRecord> {
    match (stored, newer) {
        (Some(stored), Some(newer)) => {
            Some(Conversation::merged(stored, newer, &mut NoProgress::new()).await.ok()?.into_record())
        }
        (stored, newer) => stored.or(newer),
    }
}
