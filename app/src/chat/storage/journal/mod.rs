//! Writes that the database hasn't confirmed yet, in a store that takes them at once.
//!
//! WebKit sends the requests of a transaction only after the page's thread was told that the transaction began, and it
//! begins one only after the one before is committed. While a page is busy drawing, each of these steps waits for that
//! thread. So transactions queue for seconds, and those that have not begun are lost when the page ends. A write to a
//! [`Cache`] is one message to another process, which needs nothing more of the page.
//!
//! So a write is noted here while the database is slow, and removed when it is committed. [`Database::recover`] writes the
//! remaining entries into the database. [`Notes`] stores the entries.
//!
//! [`Cache`]: leptos::web_sys::Cache
//! [`Database::recover`]: crate::chat::storage::indexed_db::Database::recover

pub(crate) mod notes;

use crate::{
    browser::{random_id, unix_ms},
    chat::{
        conversation::{ConversationInfo, ConversationRecord, Message, piece::Piece},
        storage::{error::StorageError, indexed_db::requests::Transaction, journal::notes::Notes},
    },
    work::job::{NoProgress, Progress},
};
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use std::{cell::RefCell, pin::pin, rc::Rc};

/// A database that takes longer than this to commit is slow, in milliseconds.
const SLOW_MS: u32 = 20;

/// How long a reader waits for the journal, in milliseconds.
const READ_TIMEOUT_MS: u32 = 1000;

/// The records that one transaction writes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Entry {
    /// The id of the conversation.
    #[serde(rename = "of")]
    pub(crate) conversation_id: String,
    /// The conversation's own record, if it is written.
    pub(crate) conversation: Option<ConversationInfo>,
    pub(crate) messages: Vec<Message>,
    pub(crate) piece: Option<Piece>,
}

impl Entry {
    pub(crate) fn from_record(record: &ConversationRecord, is_new: bool) -> Self {
        let ConversationRecord { conversation, messages } = record;
        Self {
            conversation_id: conversation.id.clone(),
            conversation: if is_new { Some(conversation.clone()) } else { None },
            messages: messages.clone(),
            piece: None,
        }
    }

    pub(crate) fn from_piece(conversation: &str, piece: &Piece) -> Self {
        Self { conversation_id: conversation.to_owned(), piece: Some(piece.clone()), ..Self::default() }
    }
}

#[derive(Debug)]
pub(crate) struct Journal {
    notes: Notes,
    waiting: RefCell<Waiting>,
    /// The ids of deleted conversations. Their entries are not recovered.
    deleted: RefCell<Vec<String>>,
}

impl Journal {
    /// Opens the journal. Where the browser keeps nothing, the journal stays empty.
    pub(crate) async fn open() -> Self {
        let notes = Notes::open().await;
        Self { notes, waiting: RefCell::default(), deleted: RefCell::default() }
    }

    /// Waits until a transaction is committed. If that takes long, its entry is noted meanwhile.
    pub(crate) fn track(
        self: &Rc<Self>,
        entry: Entry,
        asked: Result<Transaction, StorageError>,
    ) -> impl Future<Output = Result<(), StorageError>> + use<> {
        let (name, began_ms, journal) = (random_id(), unix_ms(), Rc::clone(self));
        if asked.is_ok() {
            self.add(&name, entry);
        }
        async move {
            let written = asked?.written().await;
            let is_noted = journal.waiting.borrow_mut().finish(&name, unix_ms().saturating_sub(began_ms));
            // An aborted transaction may mean that the page is ending. Then the entry is the only copy.
            if is_noted && written != Err(StorageError::Closed) {
                journal.notes.remove(&name);
            }
            written
        }
    }

    /// Notes a write at once if the database is slow, else when it turns out to be.
    fn add(self: &Rc<Self>, name: &str, entry: Entry) {
        let due = self.waiting.borrow_mut().add(name, entry);
        if !due.is_empty() {
            return self.note(&due);
        }
        let (journal, name) = (Rc::clone(self), name.to_owned());
        spawn_local(async move {
            TimeoutFuture::new(SLOW_MS).await;
            let due = journal.waiting.borrow_mut().overdue(&name);
            journal.note(&due);
        });
    }

    fn note(&self, due: &[(String, Entry)]) {
        for (name, entry) in due {
            // Nothing in an entry can fail to be written as JSON.
            self.notes.put(name, &serde_json::to_string(entry).unwrap_or_default());
        }
    }

    /// Removes the entry of this name.
    pub(crate) fn remove(&self, name: &str) {
        self.notes.remove(name);
    }

    /// The readable entries of all tabs with their names, in any order, without those of deleted conversations. An entry of
    /// another version of this page stays where it is.
    pub(crate) async fn entries(&self) -> Vec<(String, Entry)> {
        let mut entries = self.read().await;
        entries.retain(|(_, entry)| !self.is_deleted(&entry.conversation_id));
        entries
    }

    async fn read(&self) -> Vec<(String, Entry)> {
        let (mut entries, mut progress) = (Vec::new(), NoProgress::new());
        for (name, text) in self.notes.all().await {
            if let Ok(entry) = serde_json::from_str(&text) {
                entries.push((name, entry));
            }
            _ = progress.checkpoint(0).await; // never cancelled
        }
        entries
    }

    /// From now on nothing of this conversation is recovered.
    pub(crate) fn mark_deleted(&self, conversation: &str) {
        self.deleted.borrow_mut().push(conversation.to_owned());
    }

    /// The conversation was restored, or could not be deleted.
    pub(crate) fn unmark_deleted(&self, conversation: &str) {
        self.deleted.borrow_mut().retain(|deleted| deleted != conversation);
    }

    pub(crate) fn is_deleted(&self, conversation: &str) -> bool {
        self.deleted.borrow().iter().any(|deleted| deleted == conversation)
    }

    /// Removes all entries of a conversation.
    pub(crate) async fn clear(&self, conversation: &str) {
        for (name, _) in self.read().await.iter().filter(|(_, entry)| entry.conversation_id == conversation) {
            self.remove(name);
        }
    }
}

/// The result of some work, or none if a reader would wait too long for it.
pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), TimeoutFuture::new(READ_TIMEOUT_MS)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// The writes that are not committed yet, oldest first.
#[derive(Debug, Default)]
struct Waiting {
    all: Vec<Write>,
    /// Whether the last write was committed in time.
    is_quick: bool,
}

#[derive(Debug)]
struct Write {
    name: String,
    /// None once it is noted.
    entry: Option<Entry>,
}

impl Waiting {
    /// Adds a write, and returns the writes to be noted now. A write is noted together with all earlier ones: a piece of an
    /// answer is useless without the piece before.
    fn add(&mut self, name: &str, entry: Entry) -> Vec<(String, Entry)> {
        let is_slow = !self.is_quick || !self.all.is_empty();
        self.all.push(Write { name: name.to_owned(), entry: Some(entry) });
        if is_slow { self.due() } else { Vec::new() }
    }

    /// The writes to be noted because this one takes long. None if it is committed, or noted already.
    fn overdue(&mut self, name: &str) -> Vec<(String, Entry)> {
        let is_overdue = self.all.iter().any(|write| write.name == name && write.entry.is_some());
        if is_overdue { self.due() } else { Vec::new() }
    }

    fn due(&mut self) -> Vec<(String, Entry)> {
        self.all.iter_mut().filter_map(|write| Some((write.name.clone(), write.entry.take()?))).collect()
    }

    /// Removes a write, and returns whether it was noted.
    fn finish(&mut self, name: &str, took_ms: u64) -> bool {
        self.is_quick = took_ms <= u64::from(SLOW_MS);
        let place = self.all.iter().position(|write| write.name == name);
        place.is_some_and(|place| self.all.remove(place).entry.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(waiting: &mut Waiting, name: &str) -> Vec<String> {
        waiting.add(name, Entry::default()).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_write_is_noted_until_the_database_has_proved_quick() {
        let mut waiting = Waiting::default();
        assert_eq!(add(&mut waiting, "a"), ["a"]);
        assert!(waiting.finish("a", SLOW_MS.into()));
        assert_eq!(add(&mut waiting, "b"), [""; 0]);
        assert!(!waiting.finish("b", u64::from(SLOW_MS) + 1));
        assert_eq!(add(&mut waiting, "c"), ["c"]);
    }

    #[test]
    fn a_write_behind_another_is_noted_together_with_it() {
        let mut waiting = Waiting { is_quick: true, ..Waiting::default() };
        assert_eq!(add(&mut waiting, "a"), [""; 0]);
        assert_eq!(add(&mut waiting, "b"), ["a", "b"]);
        assert_eq!(add(&mut waiting, "c"), ["c"]);
        assert!(waiting.finish("a", 1) && waiting.finish("b", 1) && waiting.finish("c", 1));
        assert!(!waiting.finish("c", 1));
    }

    #[test]
    fn a_single_write_is_noted_once_it_is_overdue() {
        let mut waiting = Waiting { is_quick: true, ..Waiting::default() };
        add(&mut waiting, "a");
        assert_eq!(waiting.overdue("a").len(), 1);
        assert!(waiting.overdue("a").is_empty(), "it is noted already");
        assert!(waiting.finish("a", 1000));
        assert!(waiting.overdue("a").is_empty(), "it is committed");
    }

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let piece = Piece { answer_id: "a".into(), text: "Grüße".into(), ..Piece::default() };
        let kept = ConversationRecord {
            conversation: ConversationInfo { id: "c".into(), ..ConversationInfo::default() },
            messages: vec![],
        };
        for entry in [Entry::from_piece("c", &piece), Entry::from_record(&kept, true), Entry::from_record(&kept, false)]
        {
            let text = serde_json::to_string(&entry).unwrap();
            assert!(text.starts_with(r#"{"of":"c","#), "{text}");
            assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry);
        }
    }
}
