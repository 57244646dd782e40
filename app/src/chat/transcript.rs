//! What has been said in the open conversation: the pure [`Conversation`] behind signals, and kept as it grows.

use super::{
    conversation::{Conversation, Message},
    history::History,
    message::{Delta, Role},
};
use crate::{
    browser::now_ms,
    link::{Event, Exit},
};
use leptos::prelude::*;

/// A message on the page. Each has a signal of its own, so that a delta touches one message and no list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What tells it from every other that this page has shown, also from one that stood in its place.
    pub key: u32,
    /// What it says.
    pub message: ArcRwSignal<Message>,
}

/// The signals that the page is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Transcript {
    id: StoredValue<u32>,
    /// The messages, oldest first.
    pub entries: RwSignal<Vec<Entry>>,
    /// What has been typed and not sent.
    pub draft: RwSignal<String>,
    /// How many deltas the running task has sent; it moves what is to be seen moving.
    pub deltas: RwSignal<u32>,
    /// How the latest answer ended; none while one is being written, or before the first.
    pub exit: RwSignal<Option<Exit>>,
    /// Where it is kept.
    pub history: RwSignal<History>,
    next_key: StoredValue<u32>,
    loaded: StoredValue<bool>,
    saved_ms: StoredValue<f64>,
}

/// An answer that is being written is kept this often, in milliseconds.
const SAVE_EVERY_MS: f64 = 1000.0;

impl Transcript {
    /// An empty conversation, as the server draws it: what the browser has kept comes once it is there.
    #[must_use]
    pub fn new(history: RwSignal<History>) -> Self {
        Self {
            id: StoredValue::new(0),
            entries: RwSignal::new(Vec::new()),
            draft: RwSignal::new(String::new()),
            deltas: RwSignal::new(0),
            exit: RwSignal::new(None),
            history,
            next_key: StoredValue::new(0),
            loaded: StoredValue::new(false),
            saved_ms: StoredValue::new(0.0),
        }
    }

    /// Shows the conversation that the history has open.
    pub fn load(self) {
        let Conversation { id, draft, messages } = self.history.with_untracked(History::open);
        let last = messages.last().filter(|message| message.role == Role::Assistant);
        self.loaded.set_value(true);
        self.id.set_value(id);
        self.exit.set(last.and_then(|message| message.exit.clone()));
        self.draft.set(draft);
        self.entries.set(messages.into_iter().map(|message| self.entry(message)).collect());
    }

    /// Adds a message.
    pub fn push(self, message: Message) {
        self.entries.update(|entries| {
            entries.push(self.entry(message));
        });
    }

    /// Removes the last message if nothing arrived of it.
    pub fn drop_blank(self) {
        let blank = self.last().is_some_and(|message| message.with_untracked(Message::is_blank));
        if blank {
            self.entries.update(|entries| drop(entries.pop()));
        }
    }

    /// An answer begins.
    pub fn begin(self) {
        self.deltas.set(0);
        self.exit.set(None);
        self.push(Message::answer());
        self.save();
    }

    /// Hears what the running task says.
    pub fn hear(self, event: Event<Delta>) {
        if matches!(event, Event::Delta(_)) {
            self.deltas.update(|deltas| *deltas += 1);
        }
        self.apply(event);
        if now_ms() - self.saved_ms.get_value() > SAVE_EVERY_MS {
            self.save();
        }
    }

    /// Hears how the task ended: the handler of the page's link.
    pub fn end(self, exit: Exit) {
        self.exit.set(Some(exit.clone()));
        self.apply(Event::Exit(exit));
        self.save();
    }

    fn entry(self, message: Message) -> Entry {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        Entry { key, message: ArcRwSignal::new(message) }
    }

    fn apply(self, event: Event<Delta>) {
        if let Some(message) = self.last() {
            message.update(|message| message.apply(event));
        }
    }

    /// Everything said so far.
    #[must_use]
    pub fn messages(self) -> Vec<Message> {
        self.entries.with_untracked(|entries| entries.iter().map(|entry| entry.message.get_untracked()).collect())
    }

    /// The newest message.
    #[must_use]
    pub fn last(self) -> Option<ArcRwSignal<Message>> {
        self.entries.with_untracked(|entries| entries.last().map(|entry| entry.message.clone()))
    }

    /// Keeps the conversation as it is now. Does nothing before what was kept has been read: the server, which draws
    /// the page first, has nowhere to keep anything.
    pub fn save(self) {
        if !self.loaded.get_value() {
            return;
        }
        let conversation =
            Conversation { id: self.id.get_value(), draft: self.draft.get_untracked(), messages: self.messages() };
        self.saved_ms.set_value(now_ms());
        self.history.update(|history| history.put(conversation));
        self.history.with_untracked(History::save);
    }
}
