//! What has been said in the open conversation: the pure [`Conversation`] behind signals, and kept as it grows.

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

/// The signals that the page is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Transcript {
    /// All that was said, on every branch. The answer that is being written is newer in its entry.
    pub tree: RwSignal<Conversation>,
    /// The messages of the branch being shown, oldest first.
    pub entries: RwSignal<Vec<Entry>>,
    /// What has been typed and not sent.
    pub draft: RwSignal<String>,
    /// The model that is asked next.
    pub model: RwSignal<String>,
    /// How many deltas the running tasks have sent; it moves what is to be seen moving.
    pub deltas: RwSignal<u32>,
    /// What an answer waits for that has not begun.
    pub progress: RwSignal<Option<Progress>>,
    /// How the latest answer ended; of several at once, how the worst of those that have ended did.
    pub exit: RwSignal<Option<Exit>>,
    /// How many messages at the beginning of the branch are not on the page.
    pub earlier: RwSignal<usize>,
    /// Whether it is being printed.
    pub printing: RwSignal<bool>,
    /// Where it is kept.
    store: ConversationStore,
    /// How far the answers that are being written are kept.
    pieces: StoredValue<Vec<pieces::PieceProgress>>,
    next_key: StoredValue<u32>,
}

/// How many messages are drawn at once: of a long conversation the last, and then as many before as somebody asks for.
const MESSAGES_DRAWN: usize = 40;

/// An answer that is being written is kept whole when it has begun, and then this often, in milliseconds. What arrives in
/// between is kept in `pieces`.
const PERSIST_INTERVAL_MS: u64 = 5000;

/// One that is longer than this, in bytes, is written as pieces alone while it grows.
const PIECES_ONLY_BYTES: usize = 512 * 1024;

/// One that is so many times as long is kept whole after as many times that, in bytes, but at least this often: without locks,
/// other tabs take one for dead that was kept minutes ago.
const BYTES_PER_INTERVAL: usize = 128 * 1024;
const MAX_PERSIST_INTERVAL_MS: u64 = 60_000;

impl Transcript {
    /// An empty conversation, as the server draws it: what the browser has kept comes once it is there.
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

    /// Shows a new conversation, with what was typed for it before.
    pub fn start(self) {
        self.draft.set(session_storage::draft("").unwrap_or_default());
        self.model.set(session_storage::model());
        self.tree.set(Conversation::default());
        self.entries.set(Vec::new());
        self.earlier.set(0);
        self.exit.set(None);
    }

    /// A new conversation is answered as was said for all new ones. Read later than the rest of it, with the code for that.
    pub fn apply_default_settings(self) {
        self.tree.update(|tree| {
            if tree.conversation.id.is_empty() {
                tree.conversation.settings = session_storage::settings();
            }
        });
    }

    /// Shows another conversation.
    pub fn open(self, tree: Conversation) {
        self.draft.set(tree.conversation.draft.clone());
        self.model.set(tree.conversation.model.clone());
        self.earlier.set(hidden_at_first(tree.path().len()));
        self.tree.set(tree);
        self.entries.set(Vec::new());
        self.show();
    }

    /// Draws more messages from before those that are on the page.
    pub fn show_earlier(self) {
        self.show_after(self.earlier.get_untracked().saturating_sub(MESSAGES_DRAWN));
    }

    /// Draws all messages of the branch but so many at its beginning.
    pub fn show_after(self, earlier: usize) {
        self.earlier.set(earlier);
        self.show();
    }

    /// Draws all messages of the branch from this one on.
    pub fn show_from(self, id: &str) {
        let place = self.tree.with_untracked(|tree| tree.path().iter().position(|message| message.id == id));
        if let Some(place) = place.filter(|place| *place < self.earlier.get_untracked()) {
            self.show_after(place);
        }
    }

    /// Shows the branch that a message is on, and goes on with it.
    pub fn choose(self, id: &str) {
        self.tree.update(|tree| tree.show(id));
        self.show();
        self.persist_info();
    }

    /// Gives the conversation another name.
    pub fn rename(self, title: &str) {
        self.tree.update(|tree| tree.rename(title));
        self.persist_info();
    }

    /// Shows the version of a message before or after this one.
    pub fn show_version(self, id: &str, next: bool) {
        self.tree.update(|tree| tree.choose(id, next));
        self.show();
        self.persist_info();
    }

    /// Shows the branch that a message is on. Does nothing while an answer is being written on another.
    pub fn show_message(self, id: &str) {
        if !self.last().is_some_and(|last| last.all().iter().any(Entry::is_running_here)) {
            self.tree.update(|tree| tree.show(id));
            self.show();
        }
    }

    /// Selects the messages that other tabs have added to this conversation, in slices.
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

    /// Takes in what another tab has said in this conversation. What is being written here stays as it is.
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
        // An answer that has only grown in another tab grows here, too. Anything else is drawn anew.
        self.tree.with_untracked(|tree| {
            let is_current = |entry: &Entry| tree.message(&entry.id).is_some_and(|message| entry.grow_into(message));
            let stays = |entry: &Entry| entry.is_running_here() || is_current(entry);
            self.entries.update(|entries| entry::retain(entries, &stays));
        });
        self.show();
    }

    /// Takes in how another tab has named this conversation, and how it is to be answered.
    pub fn apply_info(self, other: &ConversationInfo) {
        let is_same = |own: &ConversationInfo| own.title == other.title && own.settings == other.settings;
        if !self.tree.with_untracked(|tree| is_same(&tree.conversation)) {
            self.tree.update(|tree| {
                tree.conversation.title.clone_from(&other.title);
                tree.conversation.settings.clone_from(&other.settings);
            });
        }
    }

    /// The answers that other tabs are writing in this conversation, as far as is known.
    #[must_use]
    pub fn running_elsewhere(self) -> Vec<String> {
        let here = session_storage::tab_id();
        let is_theirs = |message: &&Message| message.exit.is_none() && message.writer != here;
        self.tree.with(|tree| tree.messages().iter().filter(is_theirs).map(|message| message.id.clone()).collect())
    }

    /// What a model is sent to write this answer.
    #[must_use]
    pub fn request(self, answer: &str) -> ChatRequest {
        self.tree.with_untracked(|tree| tree.request(answer))
    }

    /// Hears what the task says that writes this.
    pub fn apply(self, entry: &Entry, event: Event) {
        if let Event::Item(AnswerItem::Progress(progress)) = event {
            return self.progress.set(Some(progress));
        }
        if matches!(event, Event::Item(AnswerItem::Delta(_))) {
            self.deltas.update(|deltas| *deltas += 1);
        }
        // Pieces are kept of what is added, so what is moved is kept whole.
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

    /// Hears how the task ended that wrote this: the handler of the page's links. Of several that worked at once, the
    /// worst end counts.
    pub fn on_exit(self, entry: &Entry, exit: Exit) {
        self.exit.update(|worst| {
            if worst.as_ref().is_none_or(|worst| entry::severity(worst) <= entry::severity(&exit)) {
                *worst = Some(exit.clone());
            }
        });
        entry.apply(Event::Exit(exit));
        self.persist_end(entry);
    }

    /// The newest message; of several that were given at once, the chosen one.
    #[must_use]
    pub fn last(self) -> Option<Entry> {
        self.entries.with_untracked(|entries| entries.last().cloned())
    }

    /// The message of this id, if it is shown.
    #[must_use]
    pub fn entry(self, id: &str) -> Option<Entry> {
        self.entries.with_untracked(|entries| entry::find(entries, id))
    }

    /// The conversation's name, once something has been asked in it: what its address is made of.
    #[must_use]
    pub fn id(self) -> Option<String> {
        self.tree.with(|tree| Some(tree.conversation.id.clone()).filter(|_| !tree.conversation.title.is_empty()))
    }

    /// Draws the branch that the tree shows. What is on the page already stays.
    fn show(self) {
        let shown = self.entries.get_untracked();
        let fresh_key = || self.next_key.try_update_value(|key| std::mem::replace(key, *key + 1)).unwrap_or_default();
        let length = self.tree.with_untracked(|tree| tree.path().len());
        if self.earlier.get_untracked() >= length {
            self.earlier.set(hidden_at_first(length)); // another branch is shown, which is shorter
        }
        let earlier = self.earlier.get_untracked();
        let entries = self.tree.with_untracked(|tree| entry::build(tree, earlier, &shown, &fresh_key));
        self.exit.set(entries.last().and_then(Entry::exit));
        self.entries.set(entries);
    }
}

/// How long an answer goes without being kept whole, in milliseconds.
fn persist_interval_ms(message: &Message) -> u64 {
    let extent = message.extent();
    let every_ms = PERSIST_INTERVAL_MS * (1 + (extent.text + extent.reasoning) / BYTES_PER_INTERVAL) as u64;
    every_ms.min(MAX_PERSIST_INTERVAL_MS)
}

fn is_pieces_only(message: &Message) -> bool {
    let extent = message.extent();
    extent.text + extent.reasoning > PIECES_ONLY_BYTES
}

/// How many messages of a branch of this length are not drawn at first. None of a branch that is a little longer only.
fn hidden_at_first(length: usize) -> usize {
    if length > 2 * MESSAGES_DRAWN { length - MESSAGES_DRAWN } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_whole_of_an_answer_in_a_second_has_a_limit() {
        let of = |text: usize, reasoning: usize| {
            let message = Message { text: "x".repeat(text), reasoning: "x".repeat(reasoning), ..Message::default() };
            (text + reasoning) as u64 * 1000 / persist_interval_ms(&message)
        };
        assert_eq!(persist_interval_ms(&Message::default()), PERSIST_INTERVAL_MS);
        for length in [BYTES_PER_INTERVAL - 1, BYTES_PER_INTERVAL, 5 * BYTES_PER_INTERVAL] {
            assert!(of(length, 0) < 32 * 1024 && of(0, length) < 32 * 1024 && of(length, length) < 32 * 1024);
        }
        assert!(of(64 * BYTES_PER_INTERVAL, 0) < 150 * 1024);
    }
}
