//! The storage of the [`journal`](crate::chat::storage::journal)'s entries: small texts with names, shared by all tabs.
//!
//! They are in a [`Cache`]. A browser has no caches outside of a secure context; there, they are in local storage. That has
//! room for a few megabytes, and this page puts other things there, too. So it takes only short texts, and few of them.

use crate::chat::storage::journal::in_time;
use futures::future::join_all;
use js_sys::{Array, Promise, Reflect};
use leptos::{
    prelude::window,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{Cache, Request, Response, Storage},
};

const CACHE: &str = "starcrossed-journal";

/// The prefix of an entry's address in the cache, and of its key in local storage. Nothing is ever fetched from there.
const PREFIX: &str = "/journal/";

/// The longest text in local storage, in bytes.
const LONGEST: usize = 32 * 1024;

/// The most keys in local storage, all in all.
const MOST_KEYS: u32 = 64;

#[derive(Debug)]
pub(crate) struct Notes {
    cache: Option<Cache>,
    local: Option<Storage>,
}

impl Notes {
    /// Opens whatever storage the browser has. Without any, nothing is stored.
    pub(crate) async fn open() -> Self {
        let cache = in_time(open_cache()).await.flatten();
        Self { cache, local: window().local_storage().ok().flatten() }
    }

    /// Starts to store a text. Failures are ignored: the database has the same write.
    pub(crate) fn put(&self, name: &str, text: &str) {
        match (&self.cache, &self.local) {
            (Some(cache), _) => {
                if let Ok(response) = Response::new_with_opt_str(Some(text)) {
                    ignore(cache.put_with_str(&address(name), &response).unchecked_into());
                }
            }
            (None, Some(local)) if text.len() <= LONGEST && local.length().is_ok_and(|length| length < MOST_KEYS) => {
                _ = local.set_item(&address(name), text);
            }
            _ => {}
        }
    }

    /// Starts to remove a text from both storages.
    pub(crate) fn remove(&self, name: &str) {
        if let Some(cache) = &self.cache {
            ignore(cache.delete_with_str(&address(name)).unchecked_into());
        }
        if let Some(local) = &self.local {
            _ = local.remove_item(&address(name));
        }
    }

    /// All texts with their names, in any order.
    pub(crate) async fn all(&self) -> Vec<(String, String)> {
        let mut all = match &self.cache {
            Some(cache) => read_cache(cache).await.unwrap_or_default(),
            None => Vec::new(),
        };
        all.extend(self.local.iter().flat_map(read_local));
        all
    }
}

async fn open_cache() -> Option<Cache> {
    // The bindings assume that `caches` exists, but it may be undefined.
    let caches = Reflect::get(&window(), &JsValue::from("caches")).ok()?;
    if caches.is_undefined() {
        return None;
    }
    let opening: Promise = window().caches().ok()?.open(CACHE).unchecked_into();
    opening.await.ok()?.dyn_into().ok()
}

async fn read_cache(cache: &Cache) -> Result<Vec<(String, String)>, JsValue> {
    let keys: Promise = cache.keys().unchecked_into();
    let keys = Array::from(&keys.await?);
    let requests = keys.iter().filter_map(|key| key.dyn_into::<Request>().ok());
    let texts = requests.map(|request| async move { Some((name_in(&request.url())?, read(cache, &request).await?)) });
    Ok(join_all(texts).await.into_iter().flatten().collect())
}

async fn read(cache: &Cache, request: &Request) -> Option<String> {
    let found: Promise = cache.match_with_request(request).unchecked_into();
    let response: Response = found.await.ok()?.dyn_into().ok()?;
    let text: Promise = response.text().ok()?.unchecked_into();
    text.await.ok()?.as_string()
}

fn read_local(local: &Storage) -> Vec<(String, String)> {
    let keys = (0..local.length().unwrap_or_default()).filter_map(|at| local.key(at).ok().flatten());
    keys.filter_map(|key| Some((key.strip_prefix(PREFIX)?.to_owned(), local.get_item(&key).ok().flatten()?))).collect()
}

fn address(name: &str) -> String {
    [PREFIX, name].concat()
}

/// The name of an entry: the part of its address after [`PREFIX`].
fn name_in(url: &str) -> Option<String> {
    Some(url.split_once(PREFIX)?.1.to_owned())
}

fn ignore(promise: Promise) {
    spawn_local(async move { drop(promise.await) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_its_address() {
        let url = ["https://example.com", &address("k7x2")].concat();
        assert_eq!(name_in(&url).as_deref(), Some("k7x2"));
        assert_eq!(name_in("https://example.com/"), None);
    }
}
