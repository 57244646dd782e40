//! The messages on the page, each in a signal.

use crate::{
    browser::unix_ms,
    chat::{
        conversation::{Conversation, Message},
        protocol::{
            answer::{Event, Exit},
            message::Role,
        },
        storage::session_storage,
    },
};
use leptos::prelude::*;
use starcrossed::Reason;

/// A message on the page. It has its own signal, so a delta updates one message and not the list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key in the list of messages. A message that restarts gets a new one.
    pub key: u32,
    /// The message's id.
    pub id: String,
    /// The message as far as it has arrived.
    pub message: ArcRwSignal<Message>,
    /// All answers of a comparison, with this one among them, which is the chosen one. Empty for any other message.
    pub alternatives: Vec<Entry>,
}

impl Entry {
    /// Applies an event. Returns the time since the message was stored, in milliseconds.
    pub(crate) fn apply(&self, event: Event) -> u64 {
        let now_ms = unix_ms();
        self.message.update(|message| message.apply(event, now_ms));
        self.message.with_untracked(|message| now_ms.abs_diff(message.saved_ms))
    }

    /// Takes over a newer version from another tab if that only adds to this one. Returns whether this is now that version.
    pub(crate) fn grow_into(&self, newer: &Message) -> bool {
        let is_same = self.message.with_untracked(|message| message == newer);
        let grows = is_same || self.message.with_untracked(|message| message.grows_into(newer));
        if grows && !is_same {
            self.message.set(newer.clone());
        }
        grows
    }

    /// The message itself, or all answers of a comparison.
    pub(crate) fn all(&self) -> &[Entry] {
        if self.alternatives.is_empty() { std::slice::from_ref(self) } else { &self.alternatives }
    }

    /// Whether a task of this page writes it.
    pub(crate) fn is_running_here(&self) -> bool {
        self.message.with_untracked(|message| message.exit.is_none() && message.writer == session_storage::tab_id())
    }

    /// Whether it ended with a failure, after which a retry helps.
    pub(crate) fn needs_retry(&self) -> bool {
        self.message.with_untracked(|message| message.exit.as_ref().is_some_and(needs_retry))
    }

    /// The exit of an answer, or the most severe one of a comparison. None for a question.
    pub(crate) fn exit(&self) -> Option<Exit> {
        let exit = |message: &Message| message.exit.clone().filter(|_| message.role == Role::Assistant);
        self.all().iter().filter_map(|slot| slot.message.with_untracked(exit)).max_by_key(severity)
    }
}

/// Whether a task ended with a failure, after which a retry helps.
pub(crate) fn needs_retry(exit: &Exit) -> bool {
    matches!(exit.reason, Reason::Failed | Reason::Crashed | Reason::Shutdown | Reason::Lost)
}

/// The message of a failed answer: what happened, and what to do now. Only a lost connection comes without one, because the
/// server could not send it.
pub(crate) fn failure_text(exit: Exit) -> String {
    exit.message.unwrap_or_else(|| "Connection lost: the server can't be reached. Retry when it is back.".into())
}

/// The rank of an exit: of several, the page shows the most severe.
pub(crate) fn severity(exit: &Exit) -> u8 {
    match exit.reason {
        Reason::Normal => 0,
        Reason::Killed => 1,
        Reason::Interrupted => 2,
        Reason::Shutdown => 3,
        Reason::Lost => 4,
        Reason::Failed => 5,
        Reason::Crashed => 6,
    }
}

/// The message with this id, if it is on the page.
pub(crate) fn find(entries: &[Entry], id: &str) -> Option<Entry> {
    entries.iter().flat_map(Entry::all).find(|entry| entry.id == id).cloned()
}

/// Removes messages from the page, including single answers of a comparison.
pub(crate) fn retain(entries: &mut Vec<Entry>, stays: &dyn Fn(&Entry) -> bool) {
    for entry in entries.iter_mut() {
        entry.alternatives.retain(stays);
    }
    entries.retain(|entry| !entry.alternatives.is_empty() || stays(entry));
}

/// The entries of the shown branch, without its first `earlier` messages. Entries on the page are reused.
pub(crate) fn build(tree: &Conversation, earlier: usize, shown: &[Entry], fresh_key: &dyn Fn() -> u32) -> Vec<Entry> {
    let entry_of = |message: &Message| match find(shown, &message.id) {
        Some(entry) => entry,
        None => Entry {
            key: fresh_key(),
            id: message.id.clone(),
            message: ArcRwSignal::new(message.clone()),
            alternatives: Vec::new(),
        },
    };
    let with_alternatives = |message: &Message| {
        let alternatives: Vec<Entry> = tree.alternatives(&message.id).into_iter().map(entry_of).collect();
        let mut entry = entry_of(message);
        if !alternatives.is_empty() {
            entry.message =
                alternatives.iter().find(|slot| slot.id == entry.id).map_or(entry.message, |slot| slot.message.clone());
            entry.key = shared_key(&alternatives, shown).unwrap_or_else(fresh_key);
        }
        Entry { alternatives, ..entry }
    };
    tree.path().into_iter().skip(earlier).map(with_alternatives).collect()
}

/// The key of a comparison with exactly these answers, if it is on the page. The chosen one may differ.
fn shared_key(alternatives: &[Entry], shown: &[Entry]) -> Option<u32> {
    let is_same = |row: &&Entry| {
        row.alternatives.len() == alternatives.len()
            && row.alternatives.iter().zip(alternatives).all(|(a, b)| a.key == b.key)
    };
    shown.iter().find(is_same).map(|row| row.key)
}
