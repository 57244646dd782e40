//! The open conversation: the pure [`Conversation`] in signals, stored while it grows.

pub(crate) mod edits;
pub(crate) mod persist;
mod pieces;

use super::entry::{self, Entry};
use crate::{
    chat::{
        conversation::{Conversation, ConversationInfo, Message},
        protocol::{
            answer::{AnswerItem, Event, Exit},
            message::{ChatRequest, Delta},
            progress::Progress,
        },
        storage::{ConversationStore, session_storage},
    },
    work::job::{self, Cancelled},
};
use leptos::prelude::*;

/// The signals of the open conversation.
#[derive(Clone, Copy, Debug)]
pub struct Transcript {
    /// All messages on every branch. A running answer is newer in its entry.
    pub tree: RwSignal<Conversation>,
    /// The messages of the shown branch, oldest first.
    pub entries: RwSignal<Vec<Entry>>,
    /// The text in the box.
    pub draft: RwSignal<String>,
    /// The model for the next question.
    pub model: RwSignal<String>,
    /// The number of deltas from the running tasks. It drives the animations.
    pub deltas: RwSignal<u32>,
    /// The progress of an answer without text: loading the model, or reading the conversation.
    pub progress: RwSignal<Option<Progress>>,
    /// The exit of the latest answer, or the most severe one of a comparison.
    pub exit: RwSignal<Option<Exit>>,
    /// The number of messages at the start of the branch that are not on the page.
    pub earlier: RwSignal<usize>,
    /// Whether the page is being printed.
    pub printing: RwSignal<bool>,
    /// The store of all conversations.
    store: ConversationStore,
    /// The stored extent of each running answer.
    pieces: StoredValue<Vec<pieces::PieceProgress>>,
    next_key: StoredValue<u32>,
}

/// The number of messages that are drawn at first, and with each press of "Show earlier".
const MESSAGES_DRAWN: usize = 40;

/// A running answer is stored whole at its start, and then at this interval in milliseconds. The text in between is stored
/// by `pieces`.
const PERSIST_INTERVAL_MS: u64 = 5000;

/// A longer answer, in bytes, is stored as pieces alone while it grows.
const PIECES_ONLY_BYTES: usize = 512 * 1024;

/// The interval grows by [`PERSIST_INTERVAL_MS`] for each of these bytes, which bounds the bytes written per second. It has
/// a maximum: without locks, other tabs take an answer for dead that was stored minutes ago.
const BYTES_PER_INTERVAL: usize = 128 * 1024;
const MAX_PERSIST_INTERVAL_MS: u64 = 60_000;

impl Transcript {
    /// An empty conversation, as the server renders it. The browser loads the stored one later.
    #[must_use]
    pub fn new(store: ConversationStore) -> Self {
        Self {
            tree: RwSignal::new(Conversation::default()),
            entries: RwSignal::new(Vec::new()),
            draft: RwSignal::new(String::new()),
            model: RwSignal::new(String::new()),
            deltas: RwSignal::new(0),
            progress: RwSignal::new(None),
            exit: RwSignal::new(None),
            earlier: RwSignal::new(0),
            printing: RwSignal::new(false),
            store,
            pieces: StoredValue::new(Vec::new()),
            next_key: StoredValue::new(0),
        }
    }

    /// Shows a new conversation with its stored draft.
    pub fn start(self) {
        self.draft.set(session_storage::draft("").unwrap_or_default());
        self.model.set(session_storage::model());
        self.tree.set(Conversation::default());
        self.entries.set(Vec::new());
        self.earlier.set(0);
        self.exit.set(None);
    }

    /// Applies the default settings to a new conversation. This happens later than the rest, because a first visit does not
    /// download the code for it.
    pub fn apply_default_settings(self) {
        self.tree.update(|tree| {
            if tree.conversation.id.is_empty() {
                tree.conversation.settings = session_storage::settings();
            }
        });
    }

    /// Shows a stored conversation.
    pub fn open(self, tree: Conversation) {
        self.draft.set(tree.conversation.draft.clone());
        self.model.set(tree.conversation.model.clone());
        self.earlier.set(hidden_at_first(tree.path().len()));
        self.tree.set(tree);
        self.entries.set(Vec::new());
        self.show();
    }

    /// Draws more messages before those on the page.
    pub fn show_earlier(self) {
        self.show_after(self.earlier.get_untracked().saturating_sub(MESSAGES_DRAWN));
    }

    /// Draws the branch without its first `earlier` messages.
    pub fn show_after(self, earlier: usize) {
        self.earlier.set(earlier);
        self.show();
    }

    /// Draws the branch at least from this message on.
    pub fn show_from(self, id: &str) {
        let place = self.tree.with_untracked(|tree| tree.path().iter().position(|message| message.id == id));
        if let Some(place) = place.filter(|place| *place < self.earlier.get_untracked()) {
            self.show_after(place);
        }
    }

    /// Shows the branch of a message, and stores that choice.
    pub fn choose(self, id: &str) {
        self.tree.update(|tree| tree.show(id));
        self.show();
        self.persist_info();
    }

    /// Changes the title.
    pub fn rename(self, title: &str) {
        self.tree.update(|tree| tree.rename(title));
        self.persist_info();
    }

    /// Shows the next or the previous version of a message.
    pub fn show_version(self, id: &str, next: bool) {
        self.tree.update(|tree| tree.choose(id, next));
        self.show();
        self.persist_info();
    }

    /// Shows the branch of a message. Does nothing while an answer runs.
    pub fn show_message(self, id: &str) {
        if !self.last().is_some_and(|last| last.all().iter().any(Entry::is_running_here)) {
            self.tree.update(|tree| tree.show(id));
            self.show();
        }
    }

    /// Returns the messages that other tabs have added to this conversation. Works in slices.
    ///
    /// # Errors
    /// The watcher has cancelled.
    pub async fn new_messages(
        self,
        kept: Conversation,
        progress: &mut impl job::Progress,
    ) -> Result<Vec<Message>, Cancelled> {
        let mut new_messages = Vec::new();
        for message in kept.into_record().messages {
            if self.tree.with_untracked(|tree| tree.is_news(&message)) {
                new_messages.push(message);
            }
            progress.checkpoint(0).await?;
        }
        Ok(new_messages)
    }

    /// Adds messages from another tab. Answers that run here stay as they are.
    pub fn merge(self, messages: Vec<Message>) {
        let head = self.tree.with_untracked(|tree| tree.conversation.head.clone());
        self.last()
            .iter()
            .flat_map(Entry::all)
            .filter(|entry| entry.is_running_here())
            .for_each(|entry| self.sync_to_tree(entry));
        self.tree.update(|tree| {
            tree.merge(messages);
            if let Some(head) = &head {
                tree.show(head);
            }
        });
        // An answer that has only grown in another tab grows here, too. Any other change replaces its entry.
        self.tree.with_untracked(|tree| {
            let is_current = |entry: &Entry| tree.message(&entry.id).is_some_and(|message| entry.grow_into(message));
            let stays = |entry: &Entry| entry.is_running_here() || is_current(entry);
            self.entries.update(|entries| entry::retain(entries, &stays));
        });
        self.show();
    }

    /// Applies the title and the settings from another tab.
    pub fn apply_info(self, other: &ConversationInfo) {
        let is_same = |own: &ConversationInfo| own.title == other.title && own.settings == other.settings;
        if !self.tree.with_untracked(|tree| is_same(&tree.conversation)) {
            self.tree.update(|tree| {
                tree.conversation.title.clone_from(&other.title);
                tree.conversation.settings.clone_from(&other.settings);
            });
        }
    }

    /// The ids of answers in this conversation that other tabs write.
    #[must_use]
    pub fn running_elsewhere(self) -> Vec<String> {
        let here = session_storage::tab_id();
        let is_theirs = |message: &&Message| message.exit.is_none() && message.writer != here;
        self.tree.with(|tree| tree.messages().iter().filter(is_theirs).map(|message| message.id.clone()).collect())
    }

    /// The request to the model for this answer.
    #[must_use]
    pub fn request(self, answer: &str) -> ChatRequest {
        self.tree.with_untracked(|tree| tree.request(answer))
    }

    /// Applies an event of the task that writes this entry.
    pub fn apply(self, entry: &Entry, event: Event) {
        if let Event::Item(AnswerItem::Progress(progress)) = event {
            return self.progress.set(Some(progress));
        }
        if matches!(event, Event::Item(AnswerItem::Delta(_))) {
            self.deltas.update(|deltas| *deltas += 1);
        }
        // Pieces can only add text. Text that moves to the reasoning is therefore stored whole.
        let is_moved = matches!(event, Event::Item(AnswerItem::Delta(Delta::TextWas(_))));
        let is_first = matches!(event, Event::Item(AnswerItem::Delta(_)))
            && entry.message.with_untracked(|message| message.deltas == 0);
        let is_due = entry.apply(event) > entry.message.with_untracked(persist_interval_ms) || is_first;
        if is_moved || is_due && !entry.message.with_untracked(is_pieces_only) {
            self.persist(entry);
        } else {
            self.persist_piece(entry);
        }
    }

    /// Handles the exit of the task that wrote this entry. Of several at once, the most severe exit counts.
    pub fn on_exit(self, entry: &Entry, exit: Exit) {
        self.exit.update(|worst| {
            if worst.as_ref().is_none_or(|worst| entry::severity(worst) <= entry::severity(&exit)) {
                *worst = Some(exit.clone());
            }
        });
        entry.apply(Event::Exit(exit));
        self.persist_end(entry);
    }

    /// The last message on the page; of a comparison, the chosen answer.
    #[must_use]
    pub fn last(self) -> Option<Entry> {
        self.entries.with_untracked(|entries| entries.last().cloned())
    }

    /// The message with this id, if it is on the page.
    #[must_use]
    pub fn entry(self, id: &str) -> Option<Entry> {
        self.entries.with_untracked(|entries| entry::find(entries, id))
    }

    /// The conversation's id, which is in its URL. None before the first question.
    #[must_use]
    pub fn id(self) -> Option<String> {
        self.tree.with(|tree| Some(tree.conversation.id.clone()).filter(|_| !tree.conversation.title.is_empty()))
    }

    /// Draws the shown branch. Entries on the page are reused.
    fn show(self) {
        let shown = self.entries.get_untracked();
        let fresh_key = || self.next_key.try_update_value(|key| std::mem::replace(key, *key + 1)).unwrap_or_default();
        let length = self.tree.with_untracked(|tree| tree.path().len());
        if self.earlier.get_untracked() >= length {
            self.earlier.set(hidden_at_first(length)); // another branch is shorter
        }
        let earlier = self.earlier.get_untracked();
        let entries = self.tree.with_untracked(|tree| entry::build(tree, earlier, &shown, &fresh_key));
        self.exit.set(entries.last().and_then(Entry::exit));
        self.entries.set(entries);
    }
}

/// The interval at which an answer is stored whole, in milliseconds.
fn persist_interval_ms(message: &Message) -> u64 {
    let extent = message.extent();
    let every_ms = PERSIST_INTERVAL_MS * (1 + (extent.text + extent.reasoning) / BYTES_PER_INTERVAL) as u64;
    every_ms.min(MAX_PERSIST_INTERVAL_MS)
}

/// Whether an answer is too long to be stored whole while it grows.
fn is_pieces_only(message: &Message) -> bool {
    let extent = message.extent();
    extent.text + extent.reasoning > PIECES_ONLY_BYTES
}

/// The number of messages that are not drawn at first. A branch that is only a little longer is drawn whole.
fn hidden_at_first(length: usize) -> usize {
    if length > 2 * MESSAGES_DRAWN { length - MESSAGES_DRAWN } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stored_per_second_have_a_limit() {
        let bytes_per_second = |text: usize, reasoning: usize| {
            let message = Message { text: "x".repeat(text), reasoning: "x".repeat(reasoning), ..Message::default() };
            (text + reasoning) as u64 * 1000 / persist_interval_ms(&message)
        };
        assert_eq!(persist_interval_ms(&Message::default()), PERSIST_INTERVAL_MS);
        for length in [BYTES_PER_INTERVAL - 1, BYTES_PER_INTERVAL, 5 * BYTES_PER_INTERVAL] {
            assert!(bytes_per_second(length, 0) < 32 * 1024);
            assert!(bytes_per_second(0, length) < 32 * 1024);
            assert!(bytes_per_second(length, length) < 32 * 1024);
        }
        assert!(bytes_per_second(64 * BYTES_PER_INTERVAL, 0) < 150 * 1024);
    }
}
