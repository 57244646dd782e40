//! A conversation as a tree. Pure: no signal, no clock, no network.
//!
//! A message hangs from the one that it answers or is asked after. Whatever is asked again, edited or regenerated hangs
//! beside what was there, so nothing is ever overwritten, and what is shown is one branch: the path from the beginning
//! to the [`Conversation::head`]. Two tabs on one conversation add messages of their own; put together, they are branches.
//!
//! [`message`] and [`record`] are what is kept; [`writing`] is what arrives of an answer, [`grow`] what a person does to
//! the tree, [`compare`] several answers at once, [`request`] what a model is sent of it. [`title`] and [`find`] are for lists.
//!
//! What was kept or imported may be damaged. A message whose parent is missing counts as a beginning, as does one message
//! of a circle; of two with one id the later counts. The records themselves stay as they are, in case the rest turns up.

pub mod compare;
pub mod find;
pub mod grow;
pub mod message;
mod parents;
pub mod record;
pub mod request;
pub mod title;
pub mod writing;

pub use message::{File, Message, Stamp};
pub use record::{Conversation, Kept, Settings};

/// A conversation with all its branches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// What is known of it beside its messages.
    pub conversation: Conversation,
    /// In the order of their ids, so that one is found fast, and so that the same messages always make the same tree.
    messages: Vec<Message>,
    /// Where the parent of each stands; none for those that count as a beginning.
    parents: Vec<Option<usize>>,
}

impl Tree {
    /// What was kept, made a tree.
    #[must_use]
    pub fn new(kept: Kept) -> Self {
        let mut tree = Self { conversation: kept.conversation, ..Self::default() };
        tree.merge(kept.messages);
        tree
    }

    /// What was kept, and what is newer of it.
    #[must_use]
    pub fn united(kept: Kept, newer: Kept) -> Self {
        let mut tree = Self::new(kept);
        tree.conversation = newer.conversation;
        tree.merge(newer.messages);
        tree
    }

    /// All of it, to be kept elsewhere.
    #[must_use]
    pub fn into_kept(self) -> Kept {
        Kept { conversation: self.conversation, messages: self.messages }
    }

    /// Takes in messages from elsewhere: what another tab has said, or this one's own as they were kept. Of two records of
    /// one message the later counts. Whichever order they come in, the tree is the same.
    pub fn merge(&mut self, messages: Vec<Message>) {
        for message in messages {
            self.take(message);
        }
        self.link();
        self.conversation.head = self.newest_leaf(self.head());
    }

    /// Takes in what has become of a message: the newest, as far as it has arrived, so that it can be kept.
    pub fn update(&mut self, message: Message) {
        if let Ok(place) = self.place(&message.id) {
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
        self.messages.get(self.place(id).ok()?)
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
        let Ok(place) = self.place(id) else { return (0, 0) };
        let (at, versions) = self.versions(place);
        (1 + at, versions.len())
    }

    /// Shows the sibling before or after this message, with what was said last below it.
    pub fn choose(&mut self, id: &str, next: bool) {
        let Ok(place) = self.place(id) else { return };
        let (at, versions) = self.versions(place);
        let chosen = if next { at.checked_add(1) } else { at.checked_sub(1) };
        if let Some(version) = chosen.and_then(|chosen| versions.get(chosen)) {
            self.conversation.head = self.newest_in(*version);
        }
    }

    /// Shows the branch that a message is on: what a search has found.
    pub fn show(&mut self, id: &str) {
        if let Ok(place) = self.place(id) {
            self.conversation.head = self.newest_leaf(Some(place));
        }
    }

    /// What was kept is read back: answers that nobody writes any more were interrupted.
    pub fn settle(&mut self, writer: &str, now_ms: u64) {
        for message in &mut self.messages {
            message.settle(writer, now_ms);
        }
    }

    fn place(&self, id: &str) -> Result<usize, usize> {
        self.messages.binary_search_by(|message| message.id.as_str().cmp(id))
    }

    /// Messages come from the store in the order of their ids, so that almost always this is a push.
    fn take(&mut self, message: Message) {
        match self.place(&message.id) {
            Ok(place) if message.is_later_than(&self.messages[place]) => self.messages[place] = message,
            Ok(_) => {}
            Err(place) => self.messages.insert(place, message),
        }
    }

    fn head(&self) -> Option<usize> {
        self.place(self.conversation.head.as_deref()?).ok()
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
    fn children(&self, parent: Option<usize>) -> Vec<usize> {
        let children: Vec<usize> = (0..self.messages.len()).filter(|place| self.parents[*place] == parent).collect();
        // Those asked in one millisecond stay in the order of their ids.
        let asked_ms: Vec<u64> = children.iter().map(|place| self.messages[*place].asked_ms).collect();
        in_order(&asked_ms).into_iter().map(|at| children[at]).collect()
    }

    /// The end of the branch that was worked on last, of those that go through `place`, or of all.
    fn newest_leaf(&self, place: Option<usize>) -> Option<String> {
        let mut is_leaf = vec![true; self.messages.len()];
        for parent in self.parents.iter().flatten() {
            is_leaf[*parent] = false;
        }
        let leaves = (0..self.messages.len()).filter(|leaf| is_leaf[*leaf] && self.is_under(*leaf, place));
        let newest = leaves.max_by_key(|leaf| self.messages[*leaf].asked_ms)?;
        Some(self.messages[newest].id.clone())
    }

    fn is_under(&self, leaf: usize, place: Option<usize>) -> bool {
        let mut next = Some(leaf);
        while next.is_some() && next != place {
            next = next.and_then(|place| self.parents[place]);
        }
        next == place
    }
}

/// The places of these keys in their order, equal ones as they came. The standard library's sort is made for each type
/// anew, and each time it is several kilobytes to download.
pub(super) fn in_order(keys: &[u64]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        order.insert(order.partition_point(|before| keys[*before] <= *key), at);
    }
    order
}

#[cfg(test)]
mod tests;
