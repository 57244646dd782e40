//! One question, answered by several models at once: their answers hang side by side, and are a group. A group counts as
//! one version of what follows the question; the branch goes on from one of its answers, the chosen one.

use super::{
    Conversation,
    message::{Message, Provenance},
};
use crate::chat::protocol::message::Role;

impl Conversation {
    /// These models are about to answer this question at once, in this order. The first is the chosen one until another is.
    pub fn compare(&mut self, answers: Vec<(Provenance, String)>, question: &str, group: &str) {
        let first = answers.first().map(|(stamp, _)| stamp.id.clone());
        for (at, (stamp, model)) in (0..).zip(answers) {
            let mut answer = Message::answer(stamp, Some(question.to_owned()), model);
            group.clone_into(&mut answer.group);
            answer.asked_ms += at; // siblings stand in the order of their times, and these began in one millisecond
            self.add(answer);
        }
        if let Some(first) = first {
            self.show(&first);
        }
    }

    /// The answers that were given at once with this one, itself among them; none where it was the only one.
    #[must_use]
    pub fn alternatives(&self, answer: &str) -> Vec<&Message> {
        let Ok(place) = self.index_of(answer) else { return Vec::new() };
        let alternatives = self.group_of(place);
        if alternatives.len() < 2 {
            Vec::new()
        } else {
            alternatives.into_iter().map(|answer| &self.messages[answer]).collect()
        }
    }

    /// An answer of a group, of which no text came, begins anew in its own place. Says whether it does. If another tab wrote
    /// it, this one does from here on, as with [`Conversation::resume`].
    pub fn restart(&mut self, stamp: Provenance, answer: &str) -> bool {
        let Ok(place) = self.index_of(answer) else { return false };
        let old = &mut self.messages[place];
        if !old.text.trim().is_empty() || old.exit.is_none() {
            return false;
        }
        old.restart(stamp.writer, stamp.now_ms);
        self.conversation.updated_ms = stamp.now_ms;
        self.show(answer);
        true
    }

    /// The versions of what hangs from one parent, each by its first message, and which of them `place` belongs to.
    pub(super) fn versions(&self, place: usize) -> (usize, Vec<usize>) {
        let mut versions: Vec<usize> = Vec::new();
        for child in self.children(self.parents[place]).iter().copied() {
            let is_alone = self.messages[child].group.is_empty();
            if is_alone || !versions.iter().any(|version| self.are_grouped(*version, child)) {
                versions.push(child);
            }
        }
        let at =
            versions.iter().take_while(|version| **version != place && !self.are_grouped(**version, place)).count();
        (at, versions)
    }

    /// The end of the branch that was worked on last in this version. Of a group after which nothing was said, the first.
    pub(super) fn newest_in(&self, version: usize) -> Option<String> {
        let alternatives = self.group_of(version);
        let parent = alternatives.iter().copied().filter(|answer| !self.children(Some(*answer)).is_empty());
        let newest = parent.filter_map(|answer| self.newest_leaf(Some(answer)));
        let newest = newest.max_by_key(|leaf| self.message(leaf).map(|leaf| leaf.asked_ms));
        newest.or_else(|| self.newest_leaf(Some(version)))
    }

    fn group_of(&self, place: usize) -> Vec<usize> {
        let siblings = self.children(self.parents[place]).iter().copied();
        siblings.filter(|sibling| *sibling == place || self.are_grouped(*sibling, place)).collect()
    }

    fn are_grouped(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.messages[one], &self.messages[other]);
        !one.group.is_empty() && one.group == other.group && one.role == Role::Assistant && other.role == one.role
    }
}

#[cfg(test)]
mod tests;
