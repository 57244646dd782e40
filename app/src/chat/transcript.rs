//! What has been said in the open conversation: the pure [`Tree`] behind signals, and kept as it grows.

use super::{
    history::History,
    message::{ChatRequest, Delta},
    store::tab,
    tree::{Conversation, File, Message, Tree},
};
use crate::{
    browser::now_ms,
    link::{Event, Exit},
};
use leptos::prelude::*;

/// A message on the page. Each has a signal of its own, so that a delta touches one message and no list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What tells it from every other that this page has shown, also from itself before it began anew.
    pub key: u32,
    /// Its name in the tree.
    pub id: String,
    /// What it says.
    pub message: ArcRwSignal<Message>,
}

/// The signals that the page is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Transcript {
    /// All that was said, on every branch. The answer that is being written is newer in its entry.
    pub tree: RwSignal<Tree>,
    /// The messages of the branch being shown, oldest first.
    pub entries: RwSignal<Vec<Entry>>,
    /// What has been typed and not sent.
    pub draft: RwSignal<String>,
    /// The model that is asked next.
    pub model: RwSignal<String>,
    /// How many deltas the running task has sent; it moves what is to be seen moving.
    pub deltas: RwSignal<u32>,
    /// How the latest answer ended; none while one is being written, or before the first.
    pub exit: RwSignal<Option<Exit>>,
    /// Where it is kept.
    history: History,
    next_key: StoredValue<u32>,
    kept_ms: StoredValue<f64>,
}

/// An answer that is being written is kept this often, in milliseconds.
const KEEP_EVERY_MS: f64 = 1000.0;

impl Transcript {
    /// An empty conversation, as the server draws it: what the browser has kept comes once it is there.
    #[must_use]
    pub fn new(history: History) -> Self {
        Self {
            tree: RwSignal::new(Tree::default()),
            entries: RwSignal::new(Vec::new()),
            draft: RwSignal::new(String::new()),
            model: RwSignal::new(String::new()),
            deltas: RwSignal::new(0),
            exit: RwSignal::new(None),
            history,
            next_key: StoredValue::new(0),
            kept_ms: StoredValue::new(0.0),
        }
    }

    /// Shows a new conversation, with what was typed for it before.
    pub fn start(self) {
        self.draft.set(tab::draft("").unwrap_or_default());
        self.model.set(tab::model());
        self.tree.set(Tree::default());
        self.entries.set(Vec::new());
        self.exit.set(None);
    }

    /// A new conversation is answered as was said for all new ones. Read later than the rest of it, with the code for that.
    pub fn take_defaults(self) {
        self.tree.update(|tree| {
            if tree.conversation.id.is_empty() {
                tree.conversation.settings = tab::settings();
            }
        });
    }

    /// Shows another conversation.
    pub fn open(self, tree: Tree) {
        self.draft.set(tree.conversation.draft.clone());
        self.model.set(tree.conversation.model.clone());
        self.tree.set(tree);
        self.entries.set(Vec::new());
        self.show();
    }

    /// Asks something after what is shown, or in place of another question. Returns the question's id.
    pub fn ask(self, text: String, files: Vec<File>, instead_of: Option<&str>) -> String {
        let stamp = tab::stamp();
        let id = stamp.id.clone();
        self.tree.update(|tree| {
            if tree.conversation.id.is_empty() {
                tree.conversation.id = tab::fresh_id();
            }
            match instead_of.filter(|question| tree.message(question).is_some()) {
                Some(question) => drop(tree.edit(stamp, question, text, files)),
                None => tree.ask(stamp, text, files),
            }
        });
        self.show();
        self.keep(&id);
        id
    }

    /// An answer to a question begins. Returns its id.
    pub fn answer(self, question: &str) -> String {
        let stamp = tab::stamp();
        let id = stamp.id.clone();
        self.tree.update(|tree| tree.answer(stamp, question, self.model.get_untracked()));
        self.begin(&id);
        id
    }

    /// Another answer begins beside this one, or the first to this question. Returns its id.
    pub fn regenerate(self, id: &str) -> String {
        let stamp = tab::stamp();
        let anew = self.tree.try_update(|tree| tree.regenerate(stamp, id, self.model.get_untracked()));
        match anew.flatten() {
            Some(answer) => {
                self.begin(&answer);
                answer
            }
            None => self.answer(id),
        }
    }

    /// An answer that was cut off goes on. Says whether it can.
    pub fn resume(self, answer: &str) -> bool {
        let stamp = tab::stamp();
        let can = self.tree.try_update(|tree| tree.resume(stamp, answer)).unwrap_or(false);
        if can {
            self.begin(answer);
        }
        can
    }

    /// Gives the conversation another name.
    pub fn rename(self, title: &str) {
        self.tree.update(|tree| tree.rename(title));
        self.keep_conversation();
    }

    /// Shows the version of a message before or after this one.
    pub fn step(self, id: &str, next: bool) {
        self.tree.update(|tree| tree.choose(id, next));
        self.show();
        self.keep_conversation();
    }

    /// Shows the branch that a message is on. Does nothing while an answer is being written on another.
    pub fn show_message(self, id: &str) {
        if !self.last().is_some_and(|last| is_written_here(&last)) {
            self.tree.update(|tree| tree.show(id));
            self.show();
        }
    }

    /// Takes in what another tab has said in this conversation. What is being written here stays as it is.
    pub fn merge(self, messages: Vec<Message>) {
        let head = self.tree.with_untracked(|tree| tree.conversation.head.clone());
        if self.last().is_some_and(|last| is_written_here(&last)) {
            self.note();
        }
        self.tree.update(|tree| {
            tree.merge(messages);
            if let Some(head) = &head {
                tree.show(head);
            }
        });
        // What another tab has gone on writing is drawn anew.
        self.tree.with_untracked(|tree| {
            let is_current =
                |entry: &Entry| entry.message.with_untracked(|message| tree.message(&entry.id) == Some(message));
            self.entries.update(|entries| entries.retain(|entry| is_written_here(entry) || is_current(entry)));
        });
        self.show();
    }

    /// What a model is sent to write this answer.
    #[must_use]
    pub fn request(self, answer: &str) -> ChatRequest {
        self.tree.with_untracked(|tree| tree.request(answer))
    }

    /// Hears what the running task says.
    pub fn hear(self, event: Event<Delta>) {
        if matches!(event, Event::Delta(_)) {
            self.deltas.update(|deltas| *deltas += 1);
        }
        self.apply(event);
        if now_ms() - self.kept_ms.get_value() > KEEP_EVERY_MS {
            self.keep_last();
        }
    }

    /// Hears how the task ended: the handler of the page's link.
    pub fn end(self, exit: Exit) {
        self.exit.set(Some(exit.clone()));
        self.apply(Event::Exit(exit));
        self.keep_last();
    }

    /// The newest message.
    #[must_use]
    pub fn last(self) -> Option<Entry> {
        self.entries.with_untracked(|entries| entries.last().cloned())
    }

    /// The message of this id, if it is shown.
    #[must_use]
    pub fn entry(self, id: &str) -> Option<Entry> {
        self.entries.with_untracked(|entries| entries.iter().find(|entry| entry.id == id).cloned())
    }

    /// The conversation's name, once something has been asked in it: what its address is made of.
    #[must_use]
    pub fn id(self) -> Option<String> {
        self.tree.with(|tree| Some(tree.conversation.id.clone()).filter(|_| !tree.conversation.title.is_empty()))
    }

    /// An answer begins, or goes on: what its task says is written there.
    fn begin(self, answer: &str) {
        self.deltas.set(0);
        self.entries.update(|entries| entries.retain(|entry| entry.id != answer));
        self.show();
        self.keep(answer);
    }

    /// Draws the branch that the tree shows. What is on the page already stays.
    fn show(self) {
        let shown = self.entries.get_untracked();
        let entries: Vec<Entry> = self.tree.with_untracked(|tree| {
            let entry = |message: &Message| match shown.iter().find(|entry| entry.id == message.id) {
                Some(entry) => entry.clone(),
                None => self.draw(message),
            };
            tree.path().into_iter().map(entry).collect()
        });
        self.exit.set(entries.last().and_then(|last| last.message.with_untracked(how_it_ended)));
        self.entries.set(entries);
    }

    fn draw(self, message: &Message) -> Entry {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        Entry { key, id: message.id.clone(), message: ArcRwSignal::new(message.clone()) }
    }

    fn apply(self, event: Event<Delta>) {
        if let Some(entry) = self.last() {
            entry.message.update(|message| message.hear(event, tab::now_ms()));
        }
    }

    fn keep_last(self) {
        if let Some(last) = self.last() {
            self.keep(&last.id);
        }
    }

    /// Keeps a message as far as it has arrived, and the conversation with it.
    fn keep(self, id: &str) {
        self.kept_ms.set_value(now_ms());
        self.note();
        let message = self.tree.with_untracked(|tree| tree.message(id).cloned());
        self.history.keep(self.conversation(), message);
    }

    /// Keeps what is known of the conversation beside its messages: what has been typed, which branch is shown.
    pub fn keep_conversation(self) {
        self.history.keep(self.conversation(), None);
    }

    /// What is known of it beside its messages, as it is now.
    fn conversation(self) -> Conversation {
        let conversation = self.tree.with_untracked(|tree| tree.conversation.clone());
        let (draft, model) = (self.draft.get_untracked(), self.model.get_untracked());
        Conversation { draft, model, ..conversation }
    }

    /// What has arrived of the newest message is put into the tree.
    fn note(self) {
        if let Some(last) = self.last() {
            let mut message = last.message.get_untracked();
            message.saved_ms = tab::now_ms();
            self.tree.update_untracked(|tree| tree.update(message));
        }
    }
}

/// Whether a task of this page is writing it.
fn is_written_here(entry: &Entry) -> bool {
    entry.message.with_untracked(|message| message.exit.is_none() && message.writer == tab::name())
}

/// How an answer ended. A question has no end worth telling.
fn how_it_ended(message: &Message) -> Option<Exit> {
    message.exit.clone().filter(|_| message.role == super::message::Role::Assistant)
}
