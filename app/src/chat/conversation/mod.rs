//! A conversation as a tree. Pure: no signal, no clock, no network.
//!
//! A message hangs from the one that it answers or follows. A retry, an edit or another version hangs beside what was
//! there, so nothing is ever overwritten. The page shows one branch: the path from the beginning to the
//! [`ConversationInfo::head`]. Two tabs add messages of their own; merged, they are branches.
//!
//! | file | what it is |
//! |---|---|
//! | [`message`], [`record`] | the records that are kept |
//! | [`piece`] | the pieces that are kept of an answer while it arrives |
//! | [`streaming`] | the effect of each event on an answer |
//! | [`edits`] | a person's changes to the tree |
//! | [`groups`] | several answers to one question |
//! | [`request`] | the messages that a model is sent |
//! | [`title`], [`search`], [`case_fold`] | titles, and finding text |
//! | `parents` | the tree's shape, whatever the records say |
//!
//! ConversationRecord or imported records may be damaged. A message whose parent is missing counts as a beginning, and so does one
//! message of a cycle; of two with one id the later counts. The records themselves stay, in case the rest turns up.

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
    /// What is known of it beside its messages.
    pub conversation: ConversationInfo,
    /// In the order of their ids, so that one is found fast, and so that the same messages always make the same tree.
    messages: Vec<Message>,
    /// Where the parent of each stands; none for those that count as a beginning.
    parents: Vec<Option<usize>>,
    /// Where those stand that hang from each, oldest first.
    children: Vec<Vec<usize>>,
    /// Where those stand that count as a beginning, oldest first.
    roots: Vec<usize>,
}

/// So many messages are linked one by one: each costs a walk over all places, and linking all anew costs a sort of them.
const LINKED_ONE_BY_ONE: usize = 8;

/// An answer that has no end yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Its id.
    pub id: String,
    /// When it was kept last, in milliseconds since 1970.
    pub saved_ms: u64,
}

impl Conversation {
    /// What was kept, made a tree.
    #[must_use]
    pub fn new(kept: ConversationRecord) -> Self {
        let mut tree = Self { conversation: kept.conversation, ..Self::default() };
        tree.merge(kept.messages);
        tree
    }

    /// The same in slices, for what may be very large.
    ///
    /// # Errors
    /// The watcher has cancelled.
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
    /// The watcher has cancelled.
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

    /// All of it, to be kept elsewhere.
    #[must_use]
    pub fn into_record(self) -> ConversationRecord {
        ConversationRecord { conversation: self.conversation, messages: self.messages }
    }

    /// Takes in messages from elsewhere: what another tab has said, or this one's own as they were kept. Of two records of
    /// one message the later counts. Whichever order they come in, the tree is the same.
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

    /// Takes in what has become of a message: the newest, as far as it has arrived, so that it can be kept.
    pub fn update(&mut self, message: Message) {
        if let Ok(place) = self.index_of(&message.id) {
            self.messages[place] = message;
        }
    }

    /// All messages, in no order that means anything.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The message of this id.
    #[must_use]
    pub fn message(&self, id: &str) -> Option<&Message> {
        self.messages.get(self.index_of(id).ok()?)
    }

    /// The branch being shown, oldest first.
    #[must_use]
    pub fn path(&self) -> Vec<&Message> {
        self.path_to(self.head())
    }

    /// Which of its siblings a message is, and how many there are: `(2, 3)` for ‹ 2/3 ›. Siblings have the same parent;
    /// answers that were given at once count as one.
    #[must_use]
    pub fn siblings(&self, id: &str) -> (usize, usize) {
        let Ok(place) = self.index_of(id) else { return (0, 0) };
        let (at, versions) = self.versions(place);
        (1 + at, versions.len())
    }

    /// Shows the sibling before or after this message, with what was said last below it.
    pub fn choose(&mut self, id: &str, next: bool) {
        let Ok(place) = self.index_of(id) else { return };
        let (at, versions) = self.versions(place);
        let chosen = if next { at.checked_add(1) } else { at.checked_sub(1) };
        if let Some(version) = chosen.and_then(|chosen| versions.get(chosen)) {
            self.conversation.head = self.newest_in(*version);
        }
    }

    /// Shows the branch that a message is on: what a search has found.
    pub fn show(&mut self, id: &str) {
        if let Ok(place) = self.index_of(id) {
            self.conversation.head = self.newest_leaf(Some(place));
        }
    }

    /// The answers that have no end yet, and that another tab than this one began to write.
    #[must_use]
    pub fn unfinished(&self, here: &str) -> Vec<Unfinished> {
        let unfinished = self.messages.iter().filter(|message| message.exit.is_none() && message.writer != here);
        unfinished.map(|message| Unfinished { id: message.id.clone(), saved_ms: message.saved_ms }).collect()
    }

    /// What was kept is read back: answers that nobody writes any more were interrupted. `alive` are those that have a
    /// writer, as [`Message::mark_interrupted`] has it.
    pub fn mark_interrupted(&mut self, writer: &str, alive: &[String], now_ms: u64) {
        for message in &mut self.messages {
            let is_alive = alive.contains(&message.id);
            message.mark_interrupted(writer, is_alive, now_ms);
        }
    }

    fn index_of(&self, id: &str) -> Result<usize, usize> {
        self.messages.binary_search_by(|message| message.id.as_str().cmp(id))
    }

    /// Messages come from the store in the order of their ids, so that almost always this is a push.
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

    /// Those that hang from `parent`, oldest first.
    fn children(&self, parent: Option<usize>) -> &[usize] {
        parent.map_or(self.roots.as_slice(), |parent| &self.children[parent])
    }

    /// The end of the branch that was worked on last, of those that go through `place`, or of all.
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

    /// Siblings stand in this order: those made in one millisecond in the order of their ids.
    fn age(&self, place: usize) -> (u64, usize) {
        (self.messages[place].asked_ms, place)
    }
}

/// The places of these keys in their order, equal ones as they came. The standard library's sort is made for each type
/// anew, and each time it is several kilobytes to download.
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
