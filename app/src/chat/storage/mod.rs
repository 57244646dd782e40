//! Everything that the browser keeps. The server keeps nothing.
//!
//! [`ConversationStore`] is the list of conversations and the way into the database.
//!
//! | file | what it is |
//! |---|---|
//! | [`error`] | the reasons why something could not be saved or read |
//! | [`indexed_db`] | the database of conversations and messages |
//! | `journal` | writes that the database hasn't confirmed yet |
//! | `unsaved` | records that the database refused; they are tried again |
//! | `bulk` | whole conversations: delete, export, import, search |
//! | [`export`] | conversations as files: JSON and Markdown |
//! | [`session_storage`] | this tab's own state |
//! | [`broadcast`] | news between tabs |
//! | `answer_lock` | tells other tabs that an answer still has a page that writes it |

pub(crate) mod answer_lock;
pub mod broadcast;
pub(crate) mod bulk;
pub mod error;
pub mod export;
pub mod indexed_db;
pub(crate) mod journal;
pub mod session_storage;
mod unsaved;

use crate::{
    browser::unix_ms,
    chat::{
        conversation::{Conversation, ConversationInfo, ConversationRecord, Message, piece::Piece},
        storage::{
            broadcast::{CONVERSATION_CHANGED, TabChannel},
            error::StorageError,
            indexed_db::{Database, newest_first},
            unsaved::Unsaved,
        },
    },
    work::job::NoProgress,
};
use leptos::{prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;

/// The list that the page shows, and the database behind it. Where the browser keeps nothing, conversations live in memory.
#[derive(Clone, Copy, Debug)]
pub struct ConversationStore {
    /// The conversations without their messages, the one that changed last first.
    pub list: RwSignal<Vec<ConversationInfo>>,
    /// Whether the list is complete: it has been read, or there is no database to read.
    pub is_open: RwSignal<bool>,
    /// The reason why new messages aren't saved, if they aren't.
    pub error: RwSignal<Option<StorageError>>,
    /// Set in the browser alone, which has one thread. The server draws a page on one thread and drops it on another.
    database: StoredValue<Option<SendWrapper<Database>>>,
    /// [`ConversationStore::save_now`] once its code is loaded. A function pointer, so that the first visit doesn't carry
    /// that code.
    save: StoredValue<Option<SaveFn>>,
    channel: StoredValue<Option<SendWrapper<TabChannel>>>,
    /// The records that couldn't be put into the database.
    unsaved: StoredValue<Unsaved>,
    /// The ids of conversations that were deleted here or in another tab: an answer that still arrives must not bring one
    /// back.
    deleted: StoredValue<Vec<String>>,
    /// The number of changes made to the list here.
    revision: StoredValue<u32>,
}

type SaveFn = fn(ConversationStore, ConversationInfo, Option<Message>);

impl ConversationStore {
    /// An empty store; [`open`](Self::open) fills it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            is_open: RwSignal::new(false),
            error: RwSignal::new(None),
            database: StoredValue::new(None),
            save: StoredValue::new(None),
            channel: StoredValue::new(None),
            unsaved: StoredValue::new(Unsaved::default()),
            deleted: StoredValue::new(Vec::new()),
            revision: StoredValue::new(0),
        }
    }

    /// Opens the database and reads the list. `changed` gets the id of each conversation that another tab changes.
    pub async fn open(self, changed: impl Fn(String) + 'static) {
        self.enable_saving();
        match Database::open().await {
            Ok(database) => self.database.set_value(Some(SendWrapper::new(database))),
            Err(error) => self.set_error(Some(error)),
        }
        self.channel.set_value(TabChannel::subscribe(CONVERSATION_CHANGED, Box::new(changed)).map(SendWrapper::new));
        self.refresh().await;
        self.is_open.set(true);
    }

    /// Reads the list again. First it retries what couldn't be saved: another tab may have made room.
    pub async fn refresh(self) {
        let Some(database) = self.database.get_value() else { return };
        self.retry_unsaved();
        loop {
            let before = self.revision.get_value();
            match database.list().await {
                // A change made here meanwhile may not be in what was read.
                Ok(_) if self.revision.get_value() != before => {}
                Ok(list) => return self.show(list),
                Err(error) => return self.set_error(Some(error)),
            }
        }
    }

    /// Sets the error, or clears it. The signal changes only with the error: a screen reader reads out each change.
    pub(super) fn set_error(self, error: Option<StorageError>) {
        if self.error.try_get_untracked().is_some_and(|known| known != error) {
            self.error.set(error);
        }
    }

    fn show(self, found: Vec<ConversationInfo>) {
        if !found.is_empty() {
            session_storage::mark_has_conversations();
        }
        // A deleted conversation that is in the database was restored, or continued, in another tab.
        self.deleted.update_value(|deleted| deleted.retain(|id| !contains(&found, id)));
        let list = self.unsaved.with_value(|unsaved| unsaved.merged_into(found));
        self.list.set(newest_first(list));
    }

    /// The list's entry for a conversation.
    #[must_use]
    pub fn info(self, id: &str) -> Option<ConversationInfo> {
        self.list.with_untracked(|list| list.iter().find(|listed| listed.id == id).cloned())
    }

    /// One conversation, as it was saved. None if there is none, or if it can't be read: then [`error`](Self::error) is set.
    pub async fn load(self, id: &str) -> Option<Conversation> {
        let mut progress = NoProgress::new();
        let tree = match (self.read(id).await, self.unsaved_of(id)) {
            (Some(kept), Some(newer)) => Conversation::merged(kept, newer, &mut progress).await,
            (kept, unsaved) => Conversation::build(kept.or(unsaved)?, &mut progress).await,
        };
        let mut tree = tree.ok()?;
        let here = session_storage::tab_id();
        let alive = answer_lock::with_writers(tree.unfinished(&here), unix_ms()).await;
        tree.mark_interrupted(&here, &alive, unix_ms());
        if let Some(draft) = session_storage::draft(id) {
            tree.conversation.draft = draft;
        }
        Some(tree)
    }

    async fn read(self, id: &str) -> Option<ConversationRecord> {
        let read = self.database.get_value()?.load(id).await;
        read.map_err(|error| self.set_error(Some(error))).ok()?
    }

    /// Saves a conversation's record, and one of its messages. A conversation without a question isn't saved. Does nothing
    /// before [`ConversationStore::enable_saving`].
    pub fn save(self, conversation: ConversationInfo, message: Option<Message>) {
        if let Some(save) = self.save.get_value() {
            save(self, conversation, message);
        }
    }

    /// Loads the code of [`save`](Self::save). To be called before the first question.
    pub fn enable_saving(self) {
        self.save.set_value(Some(Self::save_now));
    }

    /// The conversation's own record is written only if it changed here: another tab may be about to change it.
    fn save_now(self, conversation: ConversationInfo, message: Option<Message>) {
        if conversation.title.is_empty() || self.is_deleted(&conversation.id) {
            return;
        }
        let is_new = self.update_list(&conversation);
        if self.database.with_value(Option::is_none) {
            self.hold(conversation, message);
        } else if is_new || message.is_some() {
            self.put(conversation, message, is_new);
        }
    }

    fn put(self, conversation: ConversationInfo, message: Option<Message>, is_new: bool) {
        let is_finished = message.as_ref().is_none_or(|message| message.exit.is_some());
        let (record, is_new) = self.with_unsaved(conversation, message, is_new);
        let asked = self.database.with_value(|database| Some(database.as_ref()?.put(&record, is_new)));
        let Some(asked) = asked else { return self.hold_record(record) };
        // The write was requested above. This only waits for its result; the browser finishes the transaction even if the
        // page ends.
        spawn_local(async move {
            match asked.await {
                Ok(()) => {
                    self.mark_saved(&record, is_new);
                    if is_new {
                        session_storage::mark_has_conversations();
                    }
                    if is_finished {
                        self.notify_tabs(&record.conversation.id);
                        self.retry_unsaved();
                    }
                }
                Err(error) => {
                    self.set_error(Some(error));
                    self.hold_record(record);
                }
            }
        });
    }

    /// Whether the database is open.
    #[must_use]
    pub fn has_database(self) -> bool {
        self.database.try_with_value(Option::is_some) == Some(true)
    }

    /// Saves the text of an answer that arrived since the last save, and calls `failed` if that fails. Does nothing without
    /// a [database](Self::has_database).
    pub fn save_piece(self, conversation: &str, piece: &Piece, failed: impl FnOnce() + 'static) {
        if self.is_deleted(conversation) {
            return;
        }
        let asked = self.database.with_value(|database| Some(database.as_ref()?.put_piece(conversation, piece)));
        let Some(asked) = asked else { return };
        spawn_local(async move {
            if let Err(error) = asked.await {
                self.set_error(Some(error));
                failed();
            }
        });
    }

    /// Writes a long answer that has ended as one record, in slices. A failure loses nothing, because the pieces are saved.
    /// `is_current` says whether the answer is still the same; if not, nothing is written.
    pub fn compact(self, conversation: String, answer: Message, is_current: impl Fn() -> bool + 'static) {
        let Some(database) = self.database.try_get_value().flatten() else { return };
        spawn_local(async move {
            let is_current = || is_current() && !self.is_deleted(&conversation);
            _ = database.compact(&conversation, &answer, is_current).await;
            self.notify_tabs(&conversation);
            self.retry_unsaved();
        });
    }

    /// From now on nothing of this conversation is saved.
    pub fn mark_deleted(self, id: &str) {
        self.deleted.update_value(|deleted| deleted.push(id.to_owned()));
    }

    fn is_deleted(self, id: &str) -> bool {
        self.deleted.try_with_value(|deleted| deleted.iter().any(|deleted| deleted == id)).unwrap_or(false)
    }

    fn notify_tabs(self, id: &str) {
        _ = self.channel.try_with_value(|channel| {
            if let Some(channel) = channel.as_ref() {
                channel.post(id);
            }
        });
    }

    /// Puts an entry into the list, and returns whether that changed it. An answer that grows changes nothing in it.
    fn update_list(self, conversation: &ConversationInfo) -> bool {
        if self.info(&conversation.id).as_ref() == Some(conversation) {
            return false;
        }
        _ = self.revision.try_update_value(|revision| *revision = revision.wrapping_add(1));
        self.list.update(|list| put_in_list(list, conversation));
        true
    }
}

/// Puts an entry into the list: first if its conversation was worked on, in its old place if that was only looked at.
fn put_in_list(list: &mut Vec<ConversationInfo>, conversation: &ConversationInfo) {
    let place = list.iter().position(|listed| listed.id == conversation.id);
    match place {
        Some(place) if list[place].updated_ms == conversation.updated_ms => list[place] = conversation.clone(),
        _ => {
            list.retain(|listed| listed.id != conversation.id);
            list.insert(0, conversation.clone());
        }
    }
}

fn contains(list: &[ConversationInfo], id: &str) -> bool {
    list.iter().any(|conversation| conversation.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(id: &str, updated_ms: u64) -> ConversationInfo {
        ConversationInfo { id: id.into(), updated_ms, ..ConversationInfo::default() }
    }

    fn ids(list: &[ConversationInfo]) -> Vec<&str> {
        list.iter().map(|conversation| conversation.id.as_str()).collect()
    }

    #[test]
    fn conversation_that_was_worked_on_comes_first() {
        let mut list = vec![info("a", 3), info("b", 2), info("c", 1)];
        put_in_list(&mut list, &info("c", 4));
        put_in_list(&mut list, &info("d", 5));
        assert_eq!(ids(&list), ["d", "c", "a", "b"]);
    }

    #[test]
    fn renamed_conversation_stays_in_its_place() {
        let mut list = vec![info("a", 3), info("b", 2)];
        let renamed = ConversationInfo { title: "New".into(), ..info("b", 2) };
        put_in_list(&mut list, &renamed);
        assert_eq!((ids(&list), &list[1]), (vec!["a", "b"], &renamed));
    }
}
