//! Everything that the browser keeps. The server keeps nothing.
//!
//! [`ConversationStore`] is the list of conversations and the way into the database.
//!
//! | file | what it is |
//! |---|---|
//! | [`error`] | why something could not be kept or read |
//! | [`indexed_db`] | the database of conversations and messages |
//! | `journal` | writes that the database hasn't confirmed yet |
//! | `unsaved` | records that the database refused; they are tried again |
//! | `bulk` | whole conversations: delete, export, import, search |
//! | [`export`] | conversations as files: JSON and Markdown |
//! | [`session_storage`] | this tab's own state, in session storage |
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
pub(crate) mod unsaved;

use crate::{
    browser::unix_ms,
    chat::{
        conversation::{Conversation, ConversationInfo, ConversationRecord, Message, piece::Piece},
        storage::{
            broadcast::{CONVERSATION_CHANGED, TabChannel},
            error::StorageError,
            indexed_db::{Database, newest_first},
        },
    },
    work::job::NoProgress,
};
use leptos::{prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;

/// The list that the page shows, and the database behind it. Where the browser keeps nothing, it all goes on in memory.
#[derive(Clone, Copy, Debug)]
pub struct ConversationStore {
    /// Without their messages, that which was worked on last first.
    pub list: RwSignal<Vec<ConversationInfo>>,
    /// Whether it is known what is kept, or that nothing is.
    pub is_open: RwSignal<bool>,
    /// Why what is said now isn't kept.
    pub error: RwSignal<Option<StorageError>>,
    /// There is one in the browser alone, which has one thread. On the server, a page is drawn on one and dropped on another.
    database: StoredValue<Option<SendWrapper<Database>>>,
    /// [`ConversationStore::save_now`], once it is here. Its address and not its name, since its code is fetched later than ours.
    save: StoredValue<Option<SaveFn>>,
    channel: StoredValue<Option<SendWrapper<TabChannel>>>,
    /// What couldn't be put into the database.
    unsaved: StoredValue<Vec<ConversationRecord>>,
    /// What has been deleted, here or in another tab, so that what is still being written in it doesn't bring it back.
    deleted: StoredValue<Vec<String>>,
    /// How often something in the list was changed here.
    revision: StoredValue<u32>,
}

type SaveFn = fn(ConversationStore, ConversationInfo, Option<Message>);

impl ConversationStore {
    /// Empty, until it is opened.
    #[must_use]
    pub fn new() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            is_open: RwSignal::new(false),
            error: RwSignal::new(None),
            database: StoredValue::new(None),
            save: StoredValue::new(None),
            channel: StoredValue::new(None),
            unsaved: StoredValue::new(Vec::new()),
            deleted: StoredValue::new(Vec::new()),
            revision: StoredValue::new(0),
        }
    }

    /// Opens the database, and lists what is in it. `changed` hears of each conversation that another tab has changed.
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

    /// Reads the list again. What couldn't be kept so far is tried again before: another tab may have made room.
    pub async fn refresh(self) {
        let Some(database) = self.database.get_value() else { return };
        self.retry_unsaved();
        loop {
            let before = self.revision.get_value();
            match database.list().await {
                // What was changed here meanwhile may not have been read yet.
                Ok(_) if self.revision.get_value() != before => {}
                Ok(read) => return self.show(read.found),
                Err(error) => return self.set_error(Some(error)),
            }
        }
    }

    /// Whether something is wrong now, and with what. Only news are told: each would be read out.
    pub(super) fn set_error(self, error: Option<StorageError>) {
        if self.error.try_get_untracked().is_some_and(|known| known != error) {
            self.error.set(error);
        }
    }

    fn show(self, mut found: Vec<ConversationInfo>) {
        if !found.is_empty() {
            session_storage::mark_has_conversations();
        }
        // What is there again was put back, or said again, in another tab.
        let is_there = |id: &String| found.iter().any(|there| there.id == *id);
        self.deleted.update_value(|deleted| deleted.retain(|id| !is_there(id)));
        for kept in self.unsaved.get_value() {
            found.retain(|there| there.id != kept.conversation.id);
            found.push(kept.conversation);
        }
        self.list.set(newest_first(found));
    }

    /// What the list has of a conversation.
    #[must_use]
    pub fn info(self, id: &str) -> Option<ConversationInfo> {
        self.list.with_untracked(|list| list.iter().find(|listed| listed.id == id).cloned())
    }

    /// One conversation, as it was kept; none if it isn't there.
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
        read.map_err(|error| self.set_error(Some(error))).ok()?.found
    }

    /// Keeps what a conversation has become, and what has become of one of its messages. One in which nothing was said
    /// isn't kept, so nothing is before [`ConversationStore::begin`].
    pub fn save(self, conversation: ConversationInfo, message: Option<Message>) {
        if let Some(save) = self.save.get_value() {
            save(self, conversation, message);
        }
    }

    /// To be called before anything is said.
    pub fn enable_saving(self) {
        self.save.set_value(Some(Self::save_now));
    }

    /// What is known of a conversation and hasn't changed here is not written again: another tab may be about to change it.
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
        let (kept, is_new) = self.with_unsaved(conversation, message, is_new);
        let asked = self.database.with_value(|database| Some(database.as_ref()?.put(&kept, is_new)));
        let Some(asked) = asked else { return self.hold_record(kept) };
        // Asked for already, so this only waits to hear how it went: it ends with the browser's transaction, whatever
        // becomes of the page.
        spawn_local(async move {
            match asked.await {
                Ok(()) => {
                    self.mark_saved(&kept, is_new);
                    if is_new {
                        session_storage::mark_has_conversations();
                    }
                    if is_finished {
                        self.notify_tabs(&kept.conversation.id);
                        self.retry_unsaved();
                    }
                }
                Err(error) => {
                    self.set_error(Some(error));
                    self.hold_record(kept);
                }
            }
        });
    }

    /// Whether there is a database, as far as is known.
    #[must_use]
    pub fn has_database(self) -> bool {
        self.database.try_with_value(Option::is_some) == Some(true)
    }

    /// Keeps what has arrived of an answer since it was kept last, and calls `failed` if that fails. Does nothing unless it
    /// [is kept](Self::has_database).
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

    /// Writes a long answer that has ended as one record, in slices. Nothing is lost if that fails: its pieces are kept.
    /// Nothing is written once `is_current` says that the answer has become another.
    pub fn compact(self, conversation: String, answer: Message, is_current: impl Fn() -> bool + 'static) {
        let Some(database) = self.database.try_get_value().flatten() else { return };
        spawn_local(async move {
            let is_current = || is_current() && !self.is_deleted(&conversation);
            _ = database.compact(&conversation, &answer, is_current).await;
            self.notify_tabs(&conversation);
            self.retry_unsaved();
        });
    }

    /// From here on nothing is kept of a conversation.
    pub fn mark_deleted(self, id: &str) {
        self.deleted.update_value(|deleted| deleted.push(id.to_owned()));
    }

    fn is_deleted(self, id: &str) -> bool {
        self.deleted.try_with_value(|deleted| deleted.iter().any(|deleted| deleted == id)).unwrap_or(false)
    }

    fn notify_tabs(self, id: &str) {
        _ = self.channel.try_with_value(|channel| channel.as_ref().map(|channel| channel.post(id)));
    }

    /// Says whether that is news: nothing is drawn or written anew for an answer that grows.
    fn update_list(self, conversation: &ConversationInfo) -> bool {
        let known = self.info(&conversation.id);
        if known.as_ref() == Some(conversation) {
            return false;
        }
        _ = self.revision.try_update_value(|revision| *revision = revision.wrapping_add(1));
        // Only what was worked on comes first; what was only looked at stays in its place.
        let stays = known.is_some_and(|known| known.updated_ms == conversation.updated_ms);
        self.list.update(|list| {
            let place = list.iter().position(|listed| listed.id == conversation.id);
            match place.filter(|_| stays) {
                Some(place) => list[place] = conversation.clone(),
                None => {
                    list.retain(|listed| listed.id != conversation.id);
                    list.insert(0, conversation.clone());
                }
            }
        });
        true
    }
}
