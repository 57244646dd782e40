//! The links between messages. They make a tree, even if the records don't.

use super::{Conversation, Message, stable_order};
use crate::work::job::{Cancelled, Progress};

impl Conversation {
    /// Inserts or replaces one message, and links it alone. All messages are linked anew only if their links may have changed.
    pub(super) fn upsert_linked(&mut self, message: Message) {
        match self.index_of(&message.id) {
            Ok(place) if !message.is_later_than(&self.messages[place]) => {}
            Ok(place) if self.messages[place].has_same_place(&message) => self.messages[place] = message,
            Ok(_) => self.relink(message),
            Err(_) if self.is_awaited(&message.id) => self.relink(message),
            Err(place) => self.insert(place, message),
        }
    }

    fn relink(&mut self, message: Message) {
        self.upsert(message);
        self.link();
    }

    /// Whether a root names this id as its parent, which is missing so far.
    fn is_awaited(&self, id: &str) -> bool {
        self.roots.iter().any(|root| self.messages[*root].parent.as_deref() == Some(id))
    }

    /// Inserts a message without children at this place.
    fn insert(&mut self, place: usize, message: Message) {
        let parent = message.parent.as_deref().and_then(|parent| self.index_of(parent).ok());
        self.messages.insert(place, message);
        if place + 1 < self.messages.len() {
            self.shift_places_from(place);
        }
        let parent = parent.map(|parent| shifted(parent, place));
        self.parents.insert(place, parent);
        self.children.insert(place, Vec::new());
        let at = self.children(parent).partition_point(|sibling| self.age(*sibling) < self.age(place));
        match parent {
            Some(parent) => self.children[parent].insert(at, place),
            None => self.roots.insert(at, place),
        }
    }

    /// Updates all links: the messages from this place on have moved by one.
    fn shift_places_from(&mut self, from: usize) {
        let links = self.parents.iter_mut().flatten();
        for link in links.chain(self.children.iter_mut().flatten()).chain(&mut self.roots) {
            *link = shifted(*link, from);
        }
    }

    /// Links all messages anew.
    pub(super) fn link(&mut self) {
        self.find_parents();
        self.cut_cycles();
        self.order_children();
    }

    /// Links all messages anew, in slices.
    pub(super) async fn link_in_slices(&mut self, progress: &mut impl Progress) -> Result<(), Cancelled> {
        self.parents.clear();
        for place in 0..self.messages.len() {
            self.parents.push(self.parent_of(place));
            checkpoint_sometimes(place, progress).await?;
        }
        self.cut_cycles();
        progress.checkpoint(0).await?;
        for (at, place) in self.clear_links().into_iter().enumerate() {
            self.add_child(place);
            checkpoint_sometimes(at, progress).await?;
        }
        Ok(())
    }

    fn find_parents(&mut self) {
        self.parents = (0..self.messages.len()).map(|place| self.parent_of(place)).collect();
    }

    fn parent_of(&self, place: usize) -> Option<usize> {
        self.index_of(self.messages[place].parent.as_deref()?).ok()
    }

    /// Cuts each cycle at one place, which is always the same.
    fn cut_cycles(&mut self) {
        // The walk that has visited each place. A walk that meets itself is in a cycle.
        let mut walks = vec![usize::MAX; self.parents.len()];
        for walk in 0..self.parents.len() {
            let mut next = Some(walk);
            while let Some(place) = next.filter(|place| walks[*place] == usize::MAX) {
                walks[place] = walk;
                next = self.parents[place];
            }
            if let Some(met) = next.filter(|place| walks[*place] == walk) {
                self.cut_cycle(met);
            }
        }
    }

    fn order_children(&mut self) {
        for place in self.clear_links() {
            self.add_child(place);
        }
    }

    /// Removes the links to children. Returns all places, oldest first.
    fn clear_links(&mut self) -> Vec<usize> {
        self.children = vec![Vec::new(); self.messages.len()];
        self.roots.clear();
        // Messages of one millisecond stay sorted by id.
        let asked_ms: Vec<u64> = self.messages.iter().map(|message| message.asked_ms).collect();
        stable_order(&asked_ms)
    }

    /// Adds a message as the last child of its parent.
    fn add_child(&mut self, place: usize) {
        match self.parents[place] {
            Some(parent) => self.children[parent].push(place),
            None => self.roots.push(place),
        }
    }

    /// Cuts the cycle that `met` is on. The message with the first id becomes a root.
    fn cut_cycle(&mut self, met: usize) {
        let (mut first, mut place) = (met, self.parents[met]);
        while let Some(next) = place.filter(|place| *place != met) {
            first = first.min(next);
            place = self.parents[next];
        }
        self.parents[first] = None;
    }
}

/// The number of messages that are linked between two checkpoints.
const CHECKPOINT_EVERY: usize = 256;

async fn checkpoint_sometimes(done: usize, progress: &mut impl Progress) -> Result<(), Cancelled> {
    if done.is_multiple_of(CHECKPOINT_EVERY) { progress.checkpoint(0).await } else { Ok(()) }
}

fn shifted(place: usize, from: usize) -> usize {
    place + usize::from(place >= from)
}
