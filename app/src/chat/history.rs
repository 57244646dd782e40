//! The conversations of this tab, kept in the browser: they survive a reload, a way there and back, and the Back button.
//! The server keeps nothing.

use super::conversation::Conversation;
use leptos::prelude::window;
use serde::{Deserialize, Serialize};

const KEY: &str = "starcrossed";

/// All conversations of this tab, newest first, and the one that is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The one that is open.
    pub current: u32,
    /// The model that was picked last.
    pub model: String,
    /// Newest first.
    pub conversations: Vec<Conversation>,
}

impl History {
    /// What was kept; empty where nothing was, or where the browser keeps nothing.
    #[must_use]
    pub fn load() -> Self {
        let kept = window().session_storage().ok().flatten().and_then(|storage| storage.get_item(KEY).ok().flatten());
        let mut history: Self = kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        history.conversations = history.conversations.into_iter().map(Conversation::restored).collect();
        history
    }

    /// Keeps all of it. Where the browser refuses (private mode, storage full) the page goes on from memory.
    pub fn save(&self) {
        if let (Ok(Some(storage)), Ok(json)) = (window().session_storage(), serde_json::to_string(self)) {
            _ = storage.set_item(KEY, &json);
        }
    }

    /// The conversation that is open: a new one if none is.
    #[must_use]
    pub fn open(&self) -> Conversation {
        let found = self.conversations.iter().find(|conversation| conversation.id == self.current);
        found.cloned().unwrap_or(Conversation { id: self.current, ..Conversation::default() })
    }

    /// Opens a new conversation.
    pub fn start(&mut self) {
        self.current = 1 + self.conversations.iter().map(|conversation| conversation.id).max().unwrap_or(self.current);
    }

    /// Takes in what a conversation has become. One in which nothing has been said isn't listed.
    pub fn put(&mut self, conversation: Conversation) {
        match self.conversations.iter_mut().find(|kept| kept.id == conversation.id) {
            Some(kept) => *kept = conversation,
            None if conversation.messages.is_empty() && conversation.draft.is_empty() => {}
            None => self.conversations.insert(0, conversation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::conversation::Message;

    fn said(id: u32) -> Conversation {
        Conversation { id, messages: vec![Message::question(id.to_string())], ..Conversation::default() }
    }

    #[test]
    fn a_new_conversation_never_takes_the_place_of_another() {
        let mut history = History::default();
        history.put(said(0));
        history.start();
        history.put(said(history.current));
        history.start();
        assert_eq!(history.conversations.iter().map(|c| c.id).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(history.open(), Conversation { id: 2, ..Conversation::default() });
    }

    #[test]
    fn a_conversation_in_which_nothing_was_said_is_not_listed() {
        let mut history = History::default();
        history.put(Conversation::default());
        assert!(history.conversations.is_empty());
    }
}
