//! What hangs from what, whatever the records say.

use super::{Message, Tree};

impl Tree {
    /// Finds every parent again, and cuts each circle at one place, the same every time.
    pub(super) fn link(&mut self) {
        let parent = |message: &Message| self.place(message.parent.as_deref()?).ok();
        self.parents = self.messages.iter().map(parent).collect();
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
