//! Records that couldn't be put into the database. They are held in memory, and tried again after the next write that
//! succeeds.

use super::ConversationStore;
use crate::chat::conversation::{ConversationInfo, ConversationRecord, Message};
use leptos::prelude::*;

/// At most one record for each conversation. It has only those messages that aren't saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Unsaved(Vec<ConversationRecord>);

impl Unsaved {
    pub(super) fn records(&self) -> &[ConversationRecord] {
        &self.0
    }

    pub(super) fn get(&self, conversation: &str) -> Option<&ConversationRecord> {
        self.0.iter().find(|held| held.conversation.id == conversation)
    }

    fn has_message(&self, message: &str) -> bool {
        self.0.iter().any(|held| has(&held.messages, message))
    }

    /// Holds a record in place of what was held of the same messages.
    fn hold(&mut self, record: ConversationRecord) {
        match self.0.iter_mut().find(|held| held.conversation.id == record.conversation.id) {
            Some(held) => {
                held.conversation = record.conversation;
                held.messages.retain(|old| !has(&record.messages, &old.id));
                held.messages.extend(record.messages);
            }
            None => self.0.push(record),
        }
    }

    /// The messages of `record` that aren't held, with the conversation as it is held. None if the conversation isn't held.
    fn missing_of(&self, record: &ConversationRecord) -> Option<ConversationRecord> {
        let held = self.get(&record.conversation.id)?;
        let missing = record.messages.iter().filter(|message| !has(&held.messages, &message.id));
        Some(ConversationRecord { conversation: held.conversation.clone(), messages: missing.cloned().collect() })
    }

    /// Removes the messages of a record that is written, and its conversation once nothing of it is left. `is_whole` says
    /// whether the conversation's own record was written, too.
    fn mark_saved(&mut self, record: &ConversationRecord, is_whole: bool) {
        let id = &record.conversation.id;
        for held in self.0.iter_mut().filter(|held| held.conversation.id == *id) {
            held.messages.retain(|old| !has(&record.messages, &old.id));
        }
        if is_whole {
            self.0.retain(|held| held.conversation.id != *id || !held.messages.is_empty());
        }
    }

    /// The record to be written: what is held of this conversation, with this message. The flag says whether the
    /// conversation's own record is part of it: if it `is_new`, or if it is held.
    fn with(
        &self,
        conversation: ConversationInfo,
        message: Option<Message>,
        is_new: bool,
    ) -> (ConversationRecord, bool) {
        let held = self.get(&conversation.id);
        let is_new = is_new || held.is_some();
        let mut messages = held.map(|held| held.messages.clone()).unwrap_or_default();
        messages.retain(|old| message.as_ref().is_none_or(|message| message.id != old.id));
        messages.extend(message);
        (ConversationRecord { conversation, messages }, is_new)
    }

    pub(super) fn remove(&mut self, conversation: &str) {
        self.0.retain(|held| held.conversation.id != conversation);
    }

    /// A list from the database, with the held conversations in place of their older entries.
    pub(super) fn merged_into(&self, mut list: Vec<ConversationInfo>) -> Vec<ConversationInfo> {
        for held in &self.0 {
            list.retain(|listed| listed.id != held.conversation.id);
            list.push(held.conversation.clone());
        }
        list
    }
}

impl ConversationStore {
    pub(super) fn unsaved_of(self, id: &str) -> Option<ConversationRecord> {
        self.unsaved.with_value(|unsaved| unsaved.get(id).cloned())
    }

    /// Whether the message with this id is held here, because it couldn't be written.
    pub(crate) fn has_unsaved(self, message: &str) -> bool {
        self.unsaved.try_with_value(|unsaved| unsaved.has_message(message)) == Some(true)
    }

    pub(super) fn hold(self, conversation: ConversationInfo, message: Option<Message>) {
        self.hold_record(ConversationRecord { conversation, messages: message.into_iter().collect() });
    }

    /// Holds a record, unless its conversation was deleted meanwhile.
    pub(super) fn hold_record(self, record: ConversationRecord) {
        if !self.is_deleted(&record.conversation.id) {
            _ = self.unsaved.try_update_value(|unsaved| unsaved.hold(record));
        }
    }

    pub(super) fn with_unsaved(
        self,
        conversation: ConversationInfo,
        message: Option<Message>,
        is_new: bool,
    ) -> (ConversationRecord, bool) {
        self.unsaved.with_value(|unsaved| unsaved.with(conversation, message, is_new))
    }

    /// Releases a record that is written. Once nothing is held, the error is cleared.
    pub(super) fn mark_saved(self, record: &ConversationRecord, is_whole: bool) {
        let is_empty = self.unsaved.try_update_value(|unsaved| {
            unsaved.mark_saved(record, is_whole);
            unsaved.records().is_empty()
        });
        if is_empty == Some(true) {
            self.set_error(None);
        }
    }

    /// Tries to write everything that is held.
    pub(super) fn retry_unsaved(self) {
        for held in self.unsaved.try_get_value().unwrap_or_default().0 {
            self.put(held.conversation, None, true);
        }
    }

    /// Imports a conversation where there is no database, and returns whether that added anything.
    pub(super) fn import_in_memory(self, record: &ConversationRecord) -> bool {
        match self.unsaved.with_value(|unsaved| unsaved.missing_of(record)) {
            Some(missing) => {
                let adds = !missing.messages.is_empty();
                self.hold_record(missing);
                adds
            }
            None => {
                self.update_list(&record.conversation);
                self.hold_record(record.clone());
                true
            }
        }
    }
}

fn has(messages: &[Message], id: &str) -> bool {
    messages.iter().any(|message| message.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(id: &str, title: &str) -> ConversationInfo {
        ConversationInfo { id: id.into(), title: title.into(), ..ConversationInfo::default() }
    }

    fn message(id: &str, text: &str) -> Message {
        Message { id: id.into(), text: text.into(), ..Message::default() }
    }

    fn record(id: &str, title: &str, messages: &[(&str, &str)]) -> ConversationRecord {
        let messages = messages.iter().map(|(id, text)| message(id, text)).collect();
        ConversationRecord { conversation: info(id, title), messages }
    }

    fn holding(records: &[ConversationRecord]) -> Unsaved {
        let mut unsaved = Unsaved::default();
        for record in records {
            unsaved.hold(record.clone());
        }
        unsaved
    }

    #[test]
    fn newer_message_replaces_held_one() {
        let unsaved = holding(&[
            record("c", "Old", &[("a", "Hel"), ("b", "x")]),
            record("c", "New", &[("a", "Hello")]),
            record("d", "Other", &[]),
        ]);
        assert_eq!(unsaved.get("c"), Some(&record("c", "New", &[("b", "x"), ("a", "Hello")])));
        assert!(unsaved.has_message("a") && !unsaved.has_message("z"));
        assert_eq!(unsaved.records().len(), 2);
    }

    #[test]
    fn write_takes_held_messages_along() {
        let unsaved = holding(&[record("c", "Old", &[("a", "Hel"), ("b", "x")])]);
        let (written, is_new) = unsaved.with(info("c", "New"), Some(message("a", "Hello")), false);
        assert_eq!((written, is_new), (record("c", "New", &[("b", "x"), ("a", "Hello")]), true));
        let (written, is_new) = unsaved.with(info("d", "Other"), None, false);
        assert_eq!((written, is_new), (record("d", "Other", &[]), false));
    }

    #[test]
    fn conversation_is_held_until_all_of_it_is_written() {
        let mut unsaved = holding(&[record("c", "Why?", &[("a", "1"), ("b", "2")])]);
        unsaved.mark_saved(&record("c", "Why?", &[("a", "1")]), true);
        assert_eq!(unsaved.get("c"), Some(&record("c", "Why?", &[("b", "2")])));
        unsaved.mark_saved(&record("c", "Why?", &[("b", "2")]), false);
        assert_eq!(unsaved.get("c"), Some(&record("c", "Why?", &[])), "its own record isn't written");
        unsaved.mark_saved(&record("d", "Other", &[]), true);
        assert_eq!(unsaved.records().len(), 1);
        unsaved.mark_saved(&record("c", "Why?", &[]), true);
        assert_eq!(unsaved, Unsaved::default());
    }

    #[test]
    fn import_adds_only_missing_messages() {
        let unsaved = holding(&[record("c", "Mine", &[("a", "kept")])]);
        let missing = unsaved.missing_of(&record("c", "Theirs", &[("a", "other"), ("b", "new")]));
        assert_eq!(missing, Some(record("c", "Mine", &[("b", "new")])));
        assert_eq!(unsaved.missing_of(&record("d", "Theirs", &[])), None);
    }

    #[test]
    fn held_conversations_replace_those_of_the_list() {
        let unsaved = holding(&[record("c", "New", &[])]);
        let list = unsaved.merged_into(vec![info("c", "Old"), info("d", "Other")]);
        assert_eq!(list, [info("d", "Other"), info("c", "New")]);
    }

    #[test]
    fn removed_conversation_is_not_held() {
        let mut unsaved = holding(&[record("c", "Why?", &[("a", "1")]), record("d", "Other", &[])]);
        unsaved.remove("c");
        assert_eq!(unsaved, holding(&[record("d", "Other", &[])]));
    }
}
