//! The open conversation: the pure [`Conversation`] in signals, stored while it grows.

pub(crate) mod edits;
pub(crate) mod other_tabs;
pub(crate) mod persist;
mod pieces;

use super::entry::{self, Entry};
use crate::chat::{
    conversation::Conversation,
    protocol::{
        answer::{AnswerItem, Event, Exit},
        message::{ChatRequest, Delta},
        progress::Progress,
    },
    storage::{ConversationStore, session_storage},
};
use leptos::prelude::*;
use persist::{is_pieces_only, persist_interval_ms};

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

/// The number of messages that are not drawn at first. A branch that is only a little longer is drawn whole.
fn hidden_at_first(length: usize) -> usize {
    if length > 2 * MESSAGES_DRAWN { length - MESSAGES_DRAWN } else { 0 }
}
