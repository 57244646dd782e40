//! Changes to the open conversation that come from other tabs.

use super::Transcript;
use crate::{
    chat::{
        conversation::{Conversation, ConversationInfo, Message},
        session::entry::{self, Entry},
        storage::session_storage,
    },
    work::job::{self, Cancelled},
};
use leptos::prelude::*;

impl Transcript {
    /// Returns the messages that other tabs have added to this conversation. Works in slices.
    ///
    /// # Errors
    /// The watcher has cancelled.
    pub async fn new_messages(
        self,
        kept: Conversation,
        progress: &mut impl job::Progress,
    ) -> Result<Vec<Message>, Cancelled> {
        let mut new_messages = Vec::new();
        for message in kept.into_record().messages {
            if self.tree.with_untracked(|tree| tree.is_news(&message)) {
                new_messages.push(message);
            }
            progress.checkpoint(0).await?;
        }
        Ok(new_messages)
    }

    /// Adds messages from another tab. Answers that run here stay as they are.
    pub fn merge(self, messages: Vec<Message>) {
        let head = self.tree.with_untracked(|tree| tree.conversation.head.clone());
        self.last()
            .iter()
            .flat_map(Entry::all)
            .filter(|entry| entry.is_running_here())
            .for_each(|entry| self.sync_to_tree(entry));
        self.tree.update(|tree| {
            tree.merge(messages);
            if let Some(head) = &head {
                tree.show(head);
            }
        });
        // An answer that has only grown in another tab grows here, too. Any other change replaces its entry.
        self.tree.with_untracked(|tree| {
            let is_current = |entry: &Entry| tree.message(&entry.id).is_some_and(|message| entry.grow_into(message));
            let stays = |entry: &Entry| entry.is_running_here() || is_current(entry);
            self.entries.update(|entries| entry::retain(entries, &stays));
        });
        self.show();
    }

    /// Applies the title and the settings from another tab.
    pub fn apply_info(self, other: &ConversationInfo) {
        let is_same = |own: &ConversationInfo| own.title == other.title && own.settings == other.settings;
        if !self.tree.with_untracked(|tree| is_same(&tree.conversation)) {
            self.tree.update(|tree| {
                tree.conversation.title.clone_from(&other.title);
                tree.conversation.settings.clone_from(&other.settings);
            });
        }
    }

    /// The ids of answers in this conversation that other tabs write.
    #[must_use]
    pub fn running_elsewhere(self) -> Vec<String> {
        let here = session_storage::tab_id();
        let is_theirs = |message: &&Message| message.exit.is_none() && message.writer != here;
        self.tree.with(|tree| tree.messages().iter().filter(is_theirs).map(|message| message.id.clone()).collect())
    }
}
