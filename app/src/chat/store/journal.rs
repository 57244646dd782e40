//! Writes that the database hasn't confirmed yet, in a store that takes them at once.
//!
//! WebKit sends the requests of a transaction only after the page's thread has heard that the transaction began, and it
//! begins one only after the one before is committed. While a page is busy drawing, each of these steps waits for a turn of
//! that thread: transactions queue for seconds, and those that have not begun end with the page. A write to a [`Cache`] is
//! one message to another process, which needs nothing more of the page.
//!
//! So a write is noted here while the database is slow, and removed when it is committed. [`Store::recover`] puts what is
//! still noted into the database. A browser has no caches outside of a secure context: there is no journal then.
//!
//! [`Store::recover`]: super::Store::recover

use super::{Fault, idb::Transaction, tab};
use crate::chat::tree::{Conversation, Kept, Message, piece::Piece};
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Promise, Reflect};
use leptos::{
    prelude::window,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{Cache, Request, Response},
};
use serde::{Deserialize, Serialize};
use std::{cell::RefCell, pin::pin, rc::Rc};

const NAME: &str = "starcrossed-journal";

/// Each entry has an address below this one. Nothing is ever fetched from there.
const PLACE: &str = "/journal/";

/// A database that takes longer than this to commit is slow, in milliseconds.
const SLOW_MS: u64 = 20;

/// How long a reader waits for the journal, in milliseconds.
const PATIENCE_MS: u32 = 1000;

/// What one transaction writes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    /// The id of the conversation.
    pub(super) of: String,
    /// What is known of it, if that is written.
    pub(super) conversation: Option<Conversation>,
    pub(super) messages: Vec<Message>,
    pub(super) piece: Option<Piece>,
}

impl Entry {
    pub(super) fn kept(kept: &Kept, is_new: bool) -> Self {
        let conversation = is_new.then(|| kept.conversation.clone());
        Self { of: kept.conversation.id.clone(), conversation, messages: kept.messages.clone(), piece: None }
    }

    pub(super) fn piece(conversation: &str, piece: &Piece) -> Self {
        Self { of: conversation.to_owned(), piece: Some(piece.clone()), ..Self::default() }
    }
}

#[derive(Debug)]
pub(super) struct Journal {
    cache: Option<Cache>,
    waiting: RefCell<Waiting>,
}

impl Journal {
    /// An empty one that notes nothing, where the browser has no caches.
    pub(super) async fn open() -> Self {
        Self { cache: in_time(open_cache()).await.flatten(), waiting: RefCell::default() }
    }

    /// Waits until a transaction is committed, with its entry noted if that may take long.
    pub(super) fn follow(
        self: &Rc<Self>,
        entry: Entry,
        asked: Result<Transaction, Fault>,
    ) -> impl Future<Output = Result<(), Fault>> + use<> {
        let (name, began_ms, journal) = (tab::fresh_id(), tab::now_ms(), Rc::clone(self));
        if asked.is_ok() && self.cache.is_some() {
            let due = self.waiting.borrow_mut().begin(&name, entry);
            for (name, entry) in &due {
                self.note(name, entry);
            }
        }
        async move {
            let written = asked?.written().await;
            let is_noted = journal.waiting.borrow_mut().end(&name, tab::now_ms().saturating_sub(began_ms));
            // A transaction that was cut short says so to the page, which may be ending: the entry is then all there is.
            if is_noted && written != Err(Fault::Closed) {
                journal.remove(&address(&name));
            }
            written
        }
    }

    fn note(&self, name: &str, entry: &Entry) {
        // Nothing in an entry can fail to be written as JSON.
        let text = serde_json::to_string(entry).unwrap_or_default();
        if let (Some(cache), Ok(response)) = (&self.cache, Response::new_with_opt_str(Some(&text))) {
            ignore(cache.put_with_str(&address(name), &response).unchecked_into());
        }
    }

    /// Removes the entry at this address.
    pub(super) fn remove(&self, address: &str) {
        if let Some(cache) = &self.cache {
            ignore(cache.delete_with_str(address).unchecked_into());
        }
    }

    /// All entries that can be read, of all tabs, with their addresses, in any order.
    pub(super) async fn entries(&self) -> Vec<(String, Entry)> {
        let Some(cache) = &self.cache else { return Vec::new() };
        let keys: Promise = cache.keys().unchecked_into();
        let Ok(keys) = keys.await else { return Vec::new() };
        let mut found = Vec::new();
        for request in Array::from(&keys).iter().filter_map(|key| key.dyn_into::<Request>().ok()) {
            // An entry of another version of this page stays where it is.
            if let Some(entry) = read(cache, &request).await {
                found.push((request.url(), entry));
            }
        }
        found
    }
}

async fn read(cache: &Cache, request: &Request) -> Option<Entry> {
    let found: Promise = cache.match_with_request(request).unchecked_into();
    let response: Response = found.await.ok()?.dyn_into().ok()?;
    let text: Promise = response.text().ok()?.unchecked_into();
    serde_json::from_str(&text.await.ok()?.as_string()?).ok()
}

/// None if it takes longer than a reader can be kept waiting.
pub(super) async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), TimeoutFuture::new(PATIENCE_MS)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

async fn open_cache() -> Option<Cache> {
    // The bindings take it for granted, which it is not.
    let caches = Reflect::get(&window(), &JsValue::from("caches")).ok()?;
    if caches.is_undefined() {
        return None;
    }
    let opening: Promise = window().caches().ok()?.open(NAME).unchecked_into();
    opening.await.ok()?.dyn_into().ok()
}

fn address(name: &str) -> String {
    [PLACE, name].concat()
}

/// Whether it succeeds makes no difference: the database is asked for the same.
fn ignore(promise: Promise) {
    spawn_local(async move { drop(promise.await) });
}

/// The writes that are not committed yet, oldest first.
#[derive(Debug, Default)]
struct Waiting {
    all: Vec<Write>,
    /// The last write was committed in time.
    is_quick: bool,
}

#[derive(Debug)]
struct Write {
    name: String,
    /// None once it is noted.
    entry: Option<Entry>,
}

impl Waiting {
    /// Adds a write, and returns what is to be noted now. One write is not noted without those that it follows: a piece of
    /// an answer is worth nothing without the piece before.
    fn begin(&mut self, name: &str, entry: Entry) -> Vec<(String, Entry)> {
        let is_slow = !self.is_quick || !self.all.is_empty();
        self.all.push(Write { name: name.to_owned(), entry: Some(entry) });
        if !is_slow {
            return Vec::new();
        }
        self.all.iter_mut().filter_map(|write| Some((write.name.clone(), write.entry.take()?))).collect()
    }

    /// Removes a write, and returns whether it was noted.
    fn end(&mut self, name: &str, took_ms: u64) -> bool {
        self.is_quick = took_ms <= SLOW_MS;
        let place = self.all.iter().position(|write| write.name == name);
        place.is_some_and(|place| self.all.remove(place).entry.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(waiting: &mut Waiting, name: &str) -> Vec<String> {
        waiting.begin(name, Entry::default()).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_write_is_noted_until_the_database_has_proved_quick() {
        let mut waiting = Waiting::default();
        assert_eq!(begin(&mut waiting, "a"), ["a"]);
        assert!(waiting.end("a", SLOW_MS));
        assert_eq!(begin(&mut waiting, "b"), [""; 0]);
        assert!(!waiting.end("b", SLOW_MS + 1));
        assert_eq!(begin(&mut waiting, "c"), ["c"]);
    }

    #[test]
    fn a_write_behind_another_is_noted_with_all_that_it_follows() {
        let mut waiting = Waiting { is_quick: true, ..Waiting::default() };
        assert_eq!(begin(&mut waiting, "a"), [""; 0]);
        assert_eq!(begin(&mut waiting, "b"), ["a", "b"]);
        assert_eq!(begin(&mut waiting, "c"), ["c"]);
        assert!(waiting.end("a", 1) && waiting.end("b", 1) && waiting.end("c", 1));
        assert!(!waiting.end("c", 1));
    }

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let piece = Piece { of: "a".into(), text: "Grüße".into(), ..Piece::default() };
        let kept = Kept { conversation: Conversation { id: "c".into(), ..Conversation::default() }, messages: vec![] };
        for entry in [Entry::piece("c", &piece), Entry::kept(&kept, true), Entry::kept(&kept, false)] {
            let text = serde_json::to_string(&entry).unwrap();
            assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry);
        }
    }
}
