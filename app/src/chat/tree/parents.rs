//! What hangs from what, whatever the records say.

use super::{Message, Tree, in_order};

impl Tree {
    /// Finds again what hangs from what.
    pub(super) fn link(&mut self) {
        self.find_parents();
        self.cut_circles();
        self.order_children();
    }

    pub(super) fn find_parents(&mut self) {
        let parent = |message: &Message| self.place(message.parent.as_deref()?).ok();
        self.parents = self.messages.iter().map(parent).collect();
    }

    /// Cuts each circle at one place, the same every time.
    pub(super) fn cut_circles(&mut self) {
        // Which walk has been here: whoever meets its own footsteps goes round in a circle.
        let mut walks = vec![usize::MAX; self.parents.len()];
        for walk in 0..self.parents.len() {
            let mut next = Some(walk);
            while let Some(place) = next.filter(|place| walks[*place] == usize::MAX) {
                walks[place] = walk;
                next = self.parents[place];
            }
            if let Some(met) = next.filter(|place| walks[*place] == walk) {
                self.cut(met);
            }
        }
    }

    pub(super) fn order_children(&mut self) {
        // Those asked in one millisecond stay in the order of their ids.
        let asked_ms: Vec<u64> = self.messages.iter().map(|message| message.asked_ms).collect();
        self.children = vec![Vec::new(); self.messages.len()];
        self.roots.clear();
        for place in in_order(&asked_ms) {
            match self.parents[place] {
                Some(parent) => self.children[parent].push(place),
                None => self.roots.push(place),
            }
        }
    }

    /// Of the messages of a circle the first in the order of ids counts as a beginning.
    fn cut(&mut self, met: usize) {
        let (mut first, mut place) = (met, self.parents[met]);
        while let Some(next) = place.filter(|place| *place != met) {
            first = first.min(next);
            place = self.parents[next];
        }
        self.parents[first] = None;
    }
}
