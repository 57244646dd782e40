//! What couldn't be put into the database: it is held here, and tried again whenever something else could be.

use super::{ConversationRecord, ConversationStore};
use crate::chat::conversation::{ConversationInfo, Message};
use leptos::prelude::*;

impl ConversationStore {
    /// What is held of a conversation.
    pub(super) fn unsaved_of(self, id: &str) -> Option<ConversationRecord> {
        self.unsaved.with_value(|unsaved| unsaved.iter().find(|kept| kept.conversation.id == id).cloned())
    }

    /// Whether this message is held.
    pub fn has_unsaved(self, message: &str) -> bool {
        self.unsaved.try_with_value(|unsaved| unsaved.iter().any(|kept| has(&kept.messages, message))) == Some(true)
    }

    /// Holds this, too.
    pub(super) fn hold(self, conversation: ConversationInfo, message: Option<Message>) {
        self.hold_record(ConversationRecord { conversation, messages: message.into_iter().collect() });
    }

    /// Holds all of this, in place of what was held of the same messages. Not of what has been deleted meanwhile.
    pub(super) fn hold_record(self, kept: ConversationRecord) {
        if self.is_deleted(&kept.conversation.id) {
            return;
        }
        _ = self.unsaved.try_update_value(|unsaved| {
            match unsaved.iter_mut().find(|held| held.conversation.id == kept.conversation.id) {
                Some(held) => {
                    held.conversation = kept.conversation;
                    held.messages.retain(|old| !has(&kept.messages, &old.id));
                    held.messages.extend(kept.messages);
                }
                None => unsaved.push(kept),
            }
        });
    }

    /// What is to be written of a conversation: this, with what is held of it, and whether more than messages.
    pub(super) fn with_unsaved(
        self,
        conversation: ConversationInfo,
        message: Option<Message>,
        is_new: bool,
    ) -> (ConversationRecord, bool) {
        let held = self.unsaved_of(&conversation.id);
        let is_new = is_new || held.is_some();
        let mut messages = held.map(|held| held.messages).unwrap_or_default();
        messages.retain(|old| message.as_ref().is_none_or(|message| message.id != old.id));
        messages.extend(message);
        (ConversationRecord { conversation, messages }, is_new)
    }

    /// This is written: it needn't be held. When nothing has to be, all is well again.
    pub(super) fn mark_saved(self, kept: &ConversationRecord, is_new: bool) {
        let holds_nothing = self.unsaved.try_update_value(|unsaved| {
            for held in unsaved.iter_mut().filter(|held| held.conversation.id == kept.conversation.id) {
                held.messages.retain(|old| !has(&kept.messages, &old.id));
            }
            let is_written =
                |held: &ConversationRecord| held.conversation.id == kept.conversation.id && held.messages.is_empty();
            unsaved.retain(|held| !(is_new && is_written(held)));
            unsaved.is_empty()
        });
        if holds_nothing == Some(true) {
            self.set_error(None);
        }
    }

    /// Tries to write what is held.
    pub(super) fn retry_unsaved(self) {
        for held in self.unsaved.try_get_value().unwrap_or_default() {
            self.put(held.conversation, None, true);
        }
    }
}

fn has(messages: &[Message], id: &str) -> bool {
    messages.iter().any(|message| message.id == id)
}
