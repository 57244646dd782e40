//! A comparison: one question, answered by several models at once. The answers are siblings with the same group id. A group
//! counts as one version of the answer. The branch continues from one of its answers, the chosen one.

use super::{
    Conversation,
    message::{Message, Provenance},
};
use crate::chat::protocol::message::Role;

impl Conversation {
    /// Adds one empty answer of each model to a question, in this order. The first is chosen.
    pub fn compare(&mut self, answers: Vec<(Provenance, String)>, question: &str, group: &str) {
        let first = answers.first().map(|(stamp, _)| stamp.id.clone());
        for (at, (stamp, model)) in (0..).zip(answers) {
            let mut answer = Message::answer(stamp, Some(question.to_owned()), model);
            group.clone_into(&mut answer.group);
            answer.asked_ms += at; // siblings are sorted by time, and these began in one millisecond
            self.add(answer);
        }
        if let Some(first) = first {
            self.show(&first);
        }
    }

    /// The answers of the same comparison, this one included. Empty if it belongs to none.
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

    /// Restarts an answer without text in its own place. Returns whether that is possible. If another tab wrote the answer,
    /// this tab writes it from now on, as with [`Conversation::resume`].
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

    /// The versions among the siblings of `place`, each as its first message, and the index of the version of `place`.
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

    /// The newest leaf below a version. For a group without further messages, its first answer.
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
