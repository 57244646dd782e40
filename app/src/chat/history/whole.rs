//! What is done with all of a conversation at once, or with all conversations: to delete, to export, to import, to search.

use super::{History, Kept};
use crate::chat::{
    store::{Fault, search_in},
    tree::{Tree, find::Hit},
};
use leptos::prelude::*;

impl History {
    /// Deletes a conversation, and returns what it was, for who thinks better of it.
    pub async fn delete(self, id: &str) -> Option<Kept> {
        let stored = match self.store.get_value() {
            Some(store) => store.delete(id).await,
            None => Ok(None),
        };
        let stored = match stored {
            Ok(stored) => stored,
            Err(fault) => {
                self.fault.set(Some(fault)); // then all of it is still there
                return None;
            }
        };
        self.forget(id);
        let remembered = self.remembered(id);
        self.memory.update_value(|memory| memory.retain(|kept| kept.conversation.id != id));
        self.list.update(|list| list.retain(|conversation| conversation.id != id));
        self.tell(id);
        self.try_again(); // there is room now
        match (stored, remembered) {
            (Some(stored), Some(newer)) => Some(Tree::united(stored, newer).into_kept()),
            (stored, remembered) => stored.or(remembered),
        }
    }

    /// All conversations, to be exported: what is in the store, and what couldn't be put there. If the store can't be
    /// read, why, and what is left.
    pub async fn all(self) -> (Vec<Kept>, Option<Fault>) {
        let stored = match self.store.get_value() {
            Some(store) => store.all().await.map(|read| read.found),
            None => Ok(Vec::new()),
        };
        let fault = stored.as_ref().err().copied();
        let mut all = stored.unwrap_or_default();
        for newer in self.memory.get_value() {
            match all.iter_mut().find(|kept| kept.conversation.id == newer.conversation.id) {
                Some(kept) => *kept = Tree::united(std::mem::take(kept), newer).into_kept(),
                None => all.push(newer),
            }
        }
        (all, fault)
    }

    /// Takes in conversations that were deleted or exported, and says to how many that added anything. What is here already
    /// stays as it is.
    ///
    /// # Errors
    /// There is no room for them, or the browser refuses: then nothing has been taken in.
    pub async fn import(self, all: &[Kept]) -> Result<usize, Fault> {
        let Some(store) = self.store.get_value() else {
            self.welcome(all);
            return Ok(all.iter().filter(|kept| self.hold(kept)).count());
        };
        let changed = store.import(all).await.inspect_err(|fault| self.fault.set(Some(*fault)))?;
        self.welcome(all);
        for id in &changed {
            self.tell(id);
        }
        self.refresh().await;
        Ok(changed.len())
    }

    /// What was deleted may be here again.
    fn welcome(self, all: &[Kept]) {
        self.gone.update_value(|gone| gone.retain(|id| all.iter().all(|kept| kept.conversation.id != *id)));
    }

    /// Takes in one conversation where there is no store, and says whether that added anything.
    fn hold(self, kept: &Kept) -> bool {
        let Some(held) = self.remembered(&kept.conversation.id) else {
            self.put_in_list(&kept.conversation);
            self.remember_all(kept.clone());
            return true;
        };
        let is_missing = |id: &str| held.messages.iter().all(|message| message.id != id);
        let missing: Vec<_> = kept.messages.iter().filter(|message| is_missing(&message.id)).cloned().collect();
        let adds = !missing.is_empty();
        self.remember_all(Kept { conversation: held.conversation, messages: missing });
        adds
    }

    /// Where this text was said: at most `limit` places, one a conversation.
    pub async fn search(self, text: &str, limit: usize) -> Vec<Hit> {
        let mut hits = self.memory.with_value(|memory| search_in(memory, text, limit));
        if let Some(store) = self.store.get_value() {
            let found = store.search(text, limit).await.unwrap_or_else(|fault| {
                self.fault.set(Some(fault));
                Vec::new()
            });
            for hit in found {
                if hits.len() < limit && hits.iter().all(|other| other.conversation != hit.conversation) {
                    hits.push(hit);
                }
            }
        }
        hits
    }
}
