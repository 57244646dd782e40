//! The messages that are on the page, each behind a signal.

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

/// A message on the page. Each has a signal of its own, so that a delta touches one message and no list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What tells it from every other that this page has shown, also from itself before it began anew.
    pub key: u32,
    /// Its name in the tree.
    pub id: String,
    /// What it says.
    pub message: ArcRwSignal<Message>,
    /// Where several models answered at once: all of their answers, this one among them. It is the one that was chosen.
    pub alternatives: Vec<Entry>,
}

impl Entry {
    /// What an event does to it. Returns how long ago it was kept, in milliseconds.
    pub(crate) fn apply(&self, event: Event) -> u64 {
        let now_ms = unix_ms();
        self.message.update(|message| message.apply(event, now_ms));
        self.message.with_untracked(|message| now_ms.abs_diff(message.saved_ms))
    }

    /// Takes in what has become of it elsewhere, if that can be added to what is drawn of it. Says whether it is this now.
    pub(crate) fn grow_into(&self, newer: &Message) -> bool {
        let is_same = self.message.with_untracked(|message| message == newer);
        let grows = is_same || self.message.with_untracked(|message| message.grows_into(newer));
        if grows && !is_same {
            self.message.set(newer.clone());
        }
        grows
    }

    /// Itself, or all that were given at once.
    pub(crate) fn all(&self) -> &[Entry] {
        if self.alternatives.is_empty() { std::slice::from_ref(self) } else { &self.alternatives }
    }

    /// Whether a task of this page is writing it.
    pub(crate) fn is_running_here(&self) -> bool {
        self.message.with_untracked(|message| message.exit.is_none() && message.writer == session_storage::tab_id())
    }

    /// Whether it ended in a way that asks for another try.
    pub(crate) fn needs_retry(&self) -> bool {
        self.message.with_untracked(|message| message.exit.as_ref().is_some_and(needs_retry))
    }

    /// How the answer ended; of several at once, the worst. A question has no end worth telling.
    pub(crate) fn exit(&self) -> Option<Exit> {
        let exit = |message: &Message| message.exit.clone().filter(|_| message.role == Role::Assistant);
        self.all().iter().filter_map(|slot| slot.message.with_untracked(exit)).max_by_key(severity)
    }
}

/// Whether a task ended in a way that asks for another try.
pub(crate) fn needs_retry(exit: &Exit) -> bool {
    matches!(exit.reason, Reason::Failed | Reason::Crashed | Reason::Shutdown | Reason::Lost)
}

/// The message of a failed answer: what happened, and what to do now. Only a lost connection comes without one, because the
/// server could not send it.
pub(crate) fn failure_text(exit: Exit) -> String {
    exit.message.unwrap_or_else(|| "Connection lost: the server can't be reached. Retry when it is back.".into())
}

/// How much it matters to a person, of several ends, that one was like this.
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

/// The message of this id, if it is on the page.
pub(crate) fn find(entries: &[Entry], id: &str) -> Option<Entry> {
    entries.iter().flat_map(Entry::all).find(|entry| entry.id == id).cloned()
}

/// Takes off the page what doesn't stay, also from among answers that were given at once.
pub(crate) fn retain(entries: &mut Vec<Entry>, stays: &dyn Fn(&Entry) -> bool) {
    for entry in entries.iter_mut() {
        entry.alternatives.retain(stays);
    }
    entries.retain(|entry| !entry.alternatives.is_empty() || stays(entry));
}

/// The branch that the tree shows, without its first `earlier` messages. What is on the page already stays as it is.
pub(crate) fn build(tree: &Conversation, earlier: usize, shown: &[Entry], fresh_key: &dyn Fn() -> u32) -> Vec<Entry> {
    let one = |message: &Message| match find(shown, &message.id) {
        Some(entry) => entry,
        None => Entry {
            key: fresh_key(),
            id: message.id.clone(),
            message: ArcRwSignal::new(message.clone()),
            alternatives: Vec::new(),
        },
    };
    let row = |message: &Message| {
        let alternatives: Vec<Entry> = tree.alternatives(&message.id).into_iter().map(one).collect();
        let mut entry = one(message);
        if !alternatives.is_empty() {
            entry.message =
                alternatives.iter().find(|slot| slot.id == entry.id).map_or(entry.message, |slot| slot.message.clone());
            entry.key = shared_key(&alternatives, shown).unwrap_or_else(fresh_key);
        }
        Entry { alternatives, ..entry }
    };
    tree.path().into_iter().skip(earlier).map(row).collect()
}

/// The key of these answers, if they are on the page as they are. Which of them was chosen makes no difference to that.
fn shared_key(alternatives: &[Entry], shown: &[Entry]) -> Option<u32> {
    let is_same = |row: &&Entry| {
        row.alternatives.len() == alternatives.len()
            && row.alternatives.iter().zip(alternatives).all(|(a, b)| a.key == b.key)
    };
    shown.iter().find(is_same).map(|row| row.key)
}
