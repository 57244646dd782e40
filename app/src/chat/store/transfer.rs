//! All conversations at once: to search them, to export them, and to take in what was exported.

use super::{
    Fault, Read, Store,
    idb::{self, CONVERSATIONS, MESSAGES, Transaction},
    lower, texts,
};
use crate::chat::tree::{
    Conversation, Kept,
    find::{Hit, excerpt, find},
};

impl Store {
    /// The conversations that have this text in their title or in a message, whatever its case: one hit each, that which
    /// was worked on last first, and `limit` at most. One conversation at a time is in memory. Drop the future to give up.
    ///
    /// # Errors
    /// Nothing can be read.
    pub async fn search(&self, text: &str, limit: usize) -> Result<Vec<Hit>, Fault> {
        let needle = lower(text.trim());
        let mut hits = Vec::new();
        if needle.is_empty() {
            return Ok(hits);
        }
        for conversation in self.list().await?.found {
            if hits.len() >= limit {
                break;
            }
            hits.extend(match in_title(&conversation, &needle) {
                Some(hit) => Some(hit),
                None => {
                    let kept = self.load(&conversation.id).await?.found;
                    kept.and_then(|kept| in_messages(&kept, &needle))
                }
            });
        }
        Ok(hits)
    }

    /// All of it, to be exported.
    ///
    /// # Errors
    /// Nothing can be read.
    pub async fn all(&self) -> Result<Read<Vec<Kept>>, Fault> {
        let Read { found: list, mut skipped } = self.list().await?;
        let mut found = Vec::new();
        for conversation in list {
            let read = self.load(&conversation.id).await?;
            found.extend(read.found);
            skipped += read.skipped;
        }
        Ok(Read { found, skipped })
    }

    /// Takes in what was exported or deleted, all or nothing, and returns the ids of the conversations to which that added
    /// anything. Of what is here already nothing is overwritten: a message that is kept stays as it is, and so does what
    /// is known of its conversation.
    ///
    /// # Errors
    /// There is no room, or the browser refuses.
    pub async fn import(&self, conversations: &[Kept]) -> Result<Vec<String>, Fault> {
        let transaction = Transaction::write(&self.database)?;
        let mut changed = Vec::new();
        for kept in conversations {
            if add(&transaction, kept).await? {
                changed.push(kept.conversation.id.clone());
            }
        }
        transaction.written().await?;
        Ok(changed)
    }
}

/// The same in conversations that no store has.
pub fn search_in(all: &[Kept], text: &str, limit: usize) -> Vec<Hit> {
    let needle = lower(text.trim());
    let hit = |kept: &Kept| in_title(&kept.conversation, &needle).or_else(|| in_messages(kept, &needle));
    let found = all.iter().filter(|_| !needle.is_empty()).filter_map(hit);
    found.take(limit).collect()
}

fn in_title(conversation: &Conversation, needle: &str) -> Option<Hit> {
    let excerpt = excerpt(&conversation.title, needle, &lower)?;
    Some(Hit { conversation: conversation.id.clone(), message: String::new(), excerpt })
}

fn in_messages(kept: &Kept, needle: &str) -> Option<Hit> {
    let (message, excerpt) = find(&kept.messages, needle, &lower)?;
    Some(Hit { conversation: kept.conversation.id.clone(), message, excerpt })
}

/// Adds what of a conversation is missing, and says whether anything was.
async fn add(transaction: &Transaction, kept: &Kept) -> Result<bool, Fault> {
    let id = kept.conversation.id.as_str();
    let known = transaction.store(CONVERSATIONS)?.get(&id.into())?;
    let keys = transaction.store(MESSAGES)?.get_all_keys_with_key(&idb::messages_of(id)?)?;
    let is_new = idb::done(&known).await?.is_undefined();
    let keys: Vec<String> = texts(idb::done(&keys).await?).collect();
    if is_new {
        transaction.put_conversation(&kept.conversation)?;
    }
    let mut changed = is_new;
    for message in &kept.messages {
        // The keys come in their order.
        let is_known = keys.binary_search_by(|key| key.as_str().cmp(&[id, "/", &message.id].concat())).is_ok();
        if !is_known {
            transaction.put_message(id, message)?;
            changed = true;
        }
    }
    Ok(changed)
}
