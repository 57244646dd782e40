//! A conversation as a tree. Pure: no signal, no clock, no network.
//!
//! A message is the child of the one that it answers or follows. A retry, an edit or another version becomes a sibling, so
//! nothing is ever overwritten. The page shows one branch: the path from the root to the [`ConversationInfo::head`]. Two tabs
//! add messages of their own; merged, they are branches.
//!
//! | file | what it is |
//! |---|---|
//! | [`message`], [`record`] | the records that are saved |
//! | [`piece`] | the pieces of an answer that are saved while it arrives |
//! | [`streaming`] | the effect of each event on an answer |
//! | [`edits`] | a person's changes to the tree |
//! | [`groups`] | several answers to one question |
//! | [`request`] | the messages that a model receives |
//! | [`title`], [`search`], [`case_fold`] | titles, and finding text |
//! | `parents` | the tree's shape, even if records are damaged |
//!
//! Stored or imported records may be damaged. A message whose parent is missing counts as a root, and so does one message of
//! a cycle. Of two messages with one id the later counts. The records themselves stay, in case the rest turns up.

pub mod case_fold;
pub mod edits;
pub mod groups;
pub mod message;
mod parents;
pub mod piece;
pub mod record;
pub mod request;
pub mod search;
pub mod streaming;
pub mod title;

use crate::work::job::{Cancelled, Progress};
pub use message::{File, Message, Provenance};
pub use record::{ConversationInfo, ConversationRecord, Settings};

/// A conversation with all its branches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    /// Its record without the messages.
    pub conversation: ConversationInfo,
    /// Sorted by id: one is found fast, and the same messages always make the same tree.
    messages: Vec<Message>,
    /// The place of each message's parent. None for a root.
    parents: Vec<Option<usize>>,
    /// The places of each message's children, oldest first.
    children: Vec<Vec<usize>>,
    /// The places of the roots, oldest first.
    roots: Vec<usize>,
}

/// Up to this many new messages are linked one by one. Each costs a walk over all places; linking all anew costs a sort.
const LINKED_ONE_BY_ONE: usize = 8;

/// An answer that has no end yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Its id.
    pub id: String,
    /// The time of its last save, in milliseconds since 1970.
    pub saved_ms: u64,
}

impl Conversation {
    /// Builds the tree of a record.
    #[must_use]
    pub fn new(kept: ConversationRecord) -> Self {
        let mut tree = Self { conversation: kept.conversation, ..Self::default() };
        tree.merge(kept.messages);
        tree
    }

    /// Builds the tree in slices, for records of any size.
    ///
    /// # Errors
    /// `progress` was cancelled.
    pub async fn build(kept: ConversationRecord, progress: &mut impl Progress) -> Result<Self, Cancelled> {
        let mut tree = Self { conversation: kept.conversation, ..Self::default() };
        for message in kept.messages {
            tree.upsert(message);
            progress.checkpoint(0).await?;
        }
        tree.link_in_slices(progress).await?;
        tree.show_newest();
        Ok(tree)
    }

    /// Merges stored records with newer ones, in slices.
    ///
    /// # Errors
    /// `progress` was cancelled.
    pub async fn merged(
        kept: ConversationRecord,
        newer: ConversationRecord,
        progress: &mut impl Progress,
    ) -> Result<Self, Cancelled> {
        let mut tree = Self::build(kept, progress).await?;
        tree.conversation = newer.conversation;
        tree.merge(newer.messages);
        Ok(tree)
    }

    /// The record of the whole conversation.
    #[must_use]
    pub fn into_record(self) -> ConversationRecord {
        ConversationRecord { conversation: self.conversation, messages: self.messages }
    }

    /// Merges messages of another tab, or this tab's own as they were saved. Of two records of one message the later counts.
    /// The resulting tree doesn't depend on their order.
    pub fn merge(&mut self, messages: Vec<Message>) {
        let are_few = messages.len() <= LINKED_ONE_BY_ONE;
        for message in messages {
            if are_few { self.upsert_linked(message) } else { self.upsert(message) }
        }
        if !are_few {
            self.link();
        }
        self.show_newest();
    }

    /// Whether a message from elsewhere is new here, or later than its record here.
    #[must_use]
    pub fn is_news(&self, message: &Message) -> bool {
        self.message(&message.id).is_none_or(|own| message.is_later_than(own))
    }

    fn show_newest(&mut self) {
        self.conversation.head = self.newest_leaf(self.head());
    }

    /// Replaces a message by its newest state, so that it can be saved.
    pub fn update(&mut self, message: Message) {
        if let Ok(place) = self.index_of(&message.id) {
            self.messages[place] = message;
        }
    }

    /// All messages, sorted by id.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The message with this id.
    #[must_use]
    pub fn message(&self, id: &str) -> Option<&Message> {
        self.messages.get(self.index_of(id).ok()?)
    }

    /// The visible branch, oldest first.
    #[must_use]
    pub fn path(&self) -> Vec<&Message> {
        self.path_to(self.head())
    }

    /// The number of a message among its siblings, and their count: `(2, 3)` for ‹ 2/3 ›. Siblings have the same parent. The
    /// answers of one comparison count as one.
    #[must_use]
    pub fn siblings(&self, id: &str) -> (usize, usize) {
        let Ok(place) = self.index_of(id) else { return (0, 0) };
        let (at, versions) = self.versions(place);
        (1 + at, versions.len())
    }

    /// Shows the sibling before or after this message, with the latest branch below it.
    pub fn choose(&mut self, id: &str, next: bool) {
        let Ok(place) = self.index_of(id) else { return };
        let (at, versions) = self.versions(place);
        let chosen = if next { at.checked_add(1) } else { at.checked_sub(1) };
        if let Some(version) = chosen.and_then(|chosen| versions.get(chosen)) {
            self.conversation.head = self.newest_in(*version);
        }
    }

    /// Shows the branch that a message is on.
    pub fn show(&mut self, id: &str) {
        if let Ok(place) = self.index_of(id) {
            self.conversation.head = self.newest_leaf(Some(place));
        }
    }

    /// The answers without an end that another tab than `here` began to write.
    #[must_use]
    pub fn unfinished(&self, here: &str) -> Vec<Unfinished> {
        let unfinished = self.messages.iter().filter(|message| message.exit.is_none() && message.writer != here);
        unfinished.map(|message| Unfinished { id: message.id.clone(), saved_ms: message.saved_ms }).collect()
    }

    /// Marks unfinished answers without a writer as interrupted, after the conversation was read. `alive` has the ids of those
    /// with a writer: see [`Message::mark_interrupted`].
    pub fn mark_interrupted(&mut self, writer: &str, alive: &[String], now_ms: u64) {
        for message in &mut self.messages {
            let is_alive = alive.contains(&message.id);
            message.mark_interrupted(writer, is_alive, now_ms);
        }
    }

    fn index_of(&self, id: &str) -> Result<usize, usize> {
        self.messages.binary_search_by(|message| message.id.as_str().cmp(id))
    }

    /// Inserts a message, or replaces an older record of it. The database returns messages sorted by id, so this is nearly
    /// always a push.
    fn upsert(&mut self, message: Message) {
        if self.messages.last().is_none_or(|last| last.id < message.id) {
            return self.messages.push(message);
        }
        match self.index_of(&message.id) {
            Ok(place) if message.is_later_than(&self.messages[place]) => self.messages[place] = message,
            Ok(_) => {}
            Err(place) => self.messages.insert(place, message),
        }
    }

    fn head(&self) -> Option<usize> {
        self.index_of(self.conversation.head.as_deref()?).ok()
    }

    fn path_to(&self, place: Option<usize>) -> Vec<&Message> {
        let mut path = Vec::new();
        let mut next = place;
        while let Some(place) = next {
            path.push(&self.messages[place]);
            next = self.parents[place];
        }
        path.reverse();
        path
    }

    /// The children of `parent`, or the roots, oldest first.
    fn children(&self, parent: Option<usize>) -> &[usize] {
        parent.map_or(self.roots.as_slice(), |parent| &self.children[parent])
    }

    /// The newest leaf below `place`, or of the whole tree.
    fn newest_leaf(&self, place: Option<usize>) -> Option<String> {
        let mut newest: Option<usize> = None;
        let mut waiting = place.map_or_else(|| self.roots.clone(), |place| vec![place]);
        while let Some(place) = waiting.pop() {
            waiting.extend(&self.children[place]);
            let is_leaf = self.children[place].is_empty();
            if is_leaf && newest.is_none_or(|newest| self.age(newest) < self.age(place)) {
                newest = Some(place);
            }
        }
        newest.map(|newest| self.messages[newest].id.clone())
    }

    /// The sort key of siblings. Those made in one millisecond are sorted by id.
    fn age(&self, place: usize) -> (u64, usize) {
        (self.messages[place].asked_ms, place)
    }
}

/// The indices of these keys in ascending order; equal keys keep their order. This is a merge sort of its own because the
/// standard library's sort is compiled for each type anew, which adds several kilobytes to the download each time.
pub(super) fn stable_order(keys: &[u64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    let mut length = 1;
    while length < order.len() {
        let mut merged = Vec::with_capacity(order.len());
        for pair in order.chunks(2 * length) {
            let (mut left, mut right) = pair.split_at(length.min(pair.len()));
            while let (Some(first), Some(second)) = (left.first(), right.first()) {
                let next = if keys[*first] <= keys[*second] { &mut left } else { &mut right };
                merged.push(next[0]);
                *next = &next[1..];
            }
            merged.extend(left);
            merged.extend(right);
        }
        order = merged;
        length *= 2;
    }
    order
}

#[cfg(test)]
mod tests;
