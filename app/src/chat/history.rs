//! The conversations of this browser: which there are, and that they are kept. The server keeps nothing.

use super::{
    store::{Fault, Store, search_in, tab, tabs::Tabs},
    tree::{Conversation, Kept, Message, Tree, find::Hit},
};
use leptos::{prelude::*, task::spawn_local};

/// The list that the page shows, and the store behind it. Where the browser keeps nothing, it all goes on in memory.
#[derive(Clone, Copy, Debug)]
pub struct History {
    /// Without their messages, that which was worked on last first.
    pub list: RwSignal<Vec<Conversation>>,
    /// Whether it is known what is kept, or that nothing is.
    pub is_open: RwSignal<bool>,
    /// Why what is said now isn't kept.
    pub fault: RwSignal<Option<Fault>>,
    store: StoredValue<Option<Store>, LocalStorage>,
    /// [`History::put`], once the store is open. Its address and not its name, since its code is fetched later than ours.
    put: StoredValue<Option<Put>>,
    tabs: StoredValue<Option<Tabs>, LocalStorage>,
    /// What couldn't be put into the store.
    memory: StoredValue<Vec<Kept>>,
    /// What has been deleted, here or in another tab, so that what is still being written in it doesn't bring it back.
    gone: StoredValue<Vec<String>>,
}

type Put = fn(History, Conversation, Option<Message>);

impl History {
    /// Empty, until it is opened.
    #[must_use]
    pub fn new() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            is_open: RwSignal::new(false),
            fault: RwSignal::new(None),
            store: StoredValue::new_local(None),
            put: StoredValue::new(None),
            tabs: StoredValue::new_local(None),
            memory: StoredValue::new(Vec::new()),
            gone: StoredValue::new(Vec::new()),
        }
    }

    /// Opens the store, and lists what is in it. `changed` hears of each conversation that another tab has changed.
    pub async fn open(self, changed: impl Fn(String) + 'static) {
        match Store::open().await {
            Ok(store) => {
                self.store.set_value(Some(store));
                self.put.set_value(Some(Self::put));
            }
            Err(fault) => self.fault.set(Some(fault)),
        }
        self.tabs.set_value(Tabs::listen(Box::new(changed)));
        self.flush();
        self.refresh().await;
        self.is_open.set(true);
    }

    /// Reads the list again.
    pub async fn refresh(self) {
        let Some(store) = self.store.get_value() else { return };
        match store.list().await {
            Ok(read) => {
                if !read.found.is_empty() {
                    tab::note_kept();
                }
                // What is there again was put back, or said again, in another tab.
                let is_there = |id: &String| read.found.iter().any(|there| there.id == *id);
                self.gone.update_value(|gone| gone.retain(|id| !is_there(id)));
                self.list.set(read.found);
            }
            Err(fault) => self.fault.set(Some(fault)),
        }
    }

    /// One conversation, as it was kept; none if it isn't there.
    pub async fn load(self, id: &str) -> Option<Tree> {
        let mut tree = match (self.read(id).await, self.remembered(id)) {
            (Some(kept), Some(newer)) => {
                let mut tree = Tree::new(kept);
                tree.conversation = newer.conversation;
                tree.merge(newer.messages);
                tree
            }
            (kept, remembered) => Tree::new(kept.or(remembered)?),
        };
        _ = tree.settle(&tab::name(), tab::now_ms());
        if let Some(draft) = tab::draft(id) {
            tree.conversation.draft = draft;
        }
        Some(tree)
    }

    async fn read(self, id: &str) -> Option<Kept> {
        let read = self.store.get_value()?.load(id).await;
        read.map_err(|fault| self.fault.set(Some(fault))).ok()?.found
    }

    /// Keeps what a conversation has become, and what has become of one of its messages. One in which nothing was said
    /// isn't kept.
    pub fn keep(self, conversation: Conversation, message: Option<Message>) {
        if conversation.title.is_empty() || self.gone.with_value(|gone| gone.contains(&conversation.id)) {
            return;
        }
        self.put_in_list(&conversation);
        match self.put.get_value() {
            Some(put) => put(self, conversation, message),
            None => self.remember(conversation, message),
        }
    }

    fn put(self, conversation: Conversation, message: Option<Message>) {
        let finished = message.as_ref().is_none_or(|message| message.exit.is_some());
        let asked = self.store.with_value(|store| Some(store.as_ref()?.put(&conversation, message.as_slice())));
        let Some(asked) = asked else { return self.remember(conversation, message) };
        // Asked for already, so this only waits to hear how it went: it ends with the browser's transaction, whatever
        // becomes of the page.
        spawn_local(async move {
            match asked.await {
                Ok(()) if finished => {
                    tab::note_kept();
                    self.tell(&conversation.id);
                }
                Ok(()) => {}
                Err(fault) => {
                    self.fault.try_set(Some(fault));
                    self.remember(conversation, message);
                }
            }
        });
    }

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
        match (stored, remembered) {
            // The newer ones last: of two with one id the last is what is put back.
            (Some(stored), Some(newer)) => {
                let messages = stored.messages.into_iter().chain(newer.messages).collect();
                Some(Kept { conversation: newer.conversation, messages })
            }
            (stored, remembered) => stored.or(remembered),
        }
    }

    /// From here on nothing is kept of a conversation.
    pub fn forget(self, id: &str) {
        self.gone.update_value(|gone| gone.push(id.to_owned()));
    }

    /// Takes in conversations that were deleted or exported. What is here already stays as it is.
    pub async fn import(self, all: Vec<Kept>) {
        self.gone.update_value(|gone| gone.retain(|id| all.iter().all(|kept| kept.conversation.id != *id)));
        let Some(store) = self.store.get_value() else {
            for kept in all {
                self.put_in_list(&kept.conversation);
                self.memory.update_value(|memory| memory.push(kept));
            }
            return;
        };
        match store.import(&all).await {
            Ok(changed) => changed.iter().for_each(|id| self.tell(id)),
            Err(fault) => self.fault.set(Some(fault)),
        }
        self.refresh().await;
    }

    /// Where this text was said: at most `limit` places, one a conversation.
    pub async fn search(self, text: &str, limit: usize) -> Vec<Hit> {
        let Some(store) = self.store.get_value() else {
            return self.memory.with_value(|memory| search_in(memory, text, limit));
        };
        let found = store.search(text, limit).await;
        found.unwrap_or_else(|fault| {
            self.fault.set(Some(fault));
            Vec::new()
        })
    }

    /// The store, where there is one: to export it.
    #[must_use]
    pub fn store(self) -> Option<Store> {
        self.store.get_value()
    }

    /// What was said before the store was open is put into it.
    fn flush(self) {
        if self.store.with_value(Option::is_some) {
            for kept in self.memory.try_update_value(std::mem::take).unwrap_or_default() {
                for message in kept.messages {
                    self.keep(kept.conversation.clone(), Some(message));
                }
            }
        }
    }

    fn tell(self, id: &str) {
        _ = self.tabs.try_with_value(|tabs| tabs.as_ref().map(|tabs| tabs.tell(id)));
    }

    fn put_in_list(self, conversation: &Conversation) {
        self.list.update(|list| {
            let place = list.iter().position(|listed| listed.id == conversation.id);
            // Only what was worked on comes first; what was only looked at stays in its place.
            match place.filter(|place| list[*place].updated_ms == conversation.updated_ms) {
                Some(place) => list[place] = conversation.clone(),
                None => {
                    list.retain(|listed| listed.id != conversation.id);
                    list.insert(0, conversation.clone());
                }
            }
        });
    }

    fn remembered(self, id: &str) -> Option<Kept> {
        self.memory.with_value(|memory| memory.iter().find(|kept| kept.conversation.id == id).cloned())
    }

    fn remember(self, conversation: Conversation, message: Option<Message>) {
        _ = self.memory.try_update_value(|memory| {
            let place = memory.iter().position(|kept| kept.conversation.id == conversation.id);
            let place = place.unwrap_or_else(|| {
                memory.push(Kept::default());
                memory.len() - 1
            });
            memory[place].conversation = conversation;
            memory[place].messages.retain(|kept| message.as_ref().is_none_or(|message| message.id != kept.id));
            memory[place].messages.extend(message);
        });
    }
}
