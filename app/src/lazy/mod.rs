//! Code that is fetched on demand, so that a first visit carries only what it needs. [`pages`] are the pages beside the chat.
//!
//! A function marked `#[lazy]` splits the program: code that only it reaches becomes a file of its own when the site is
//! built (`cargo leptos build --split`). Such a function returns function pointers. The server has all of the code from the
//! beginning.

pub mod pages;

use crate::browser::{after, before_hydration};
use futures::FutureExt;
use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use std::pin::Pin;

/// The time after which the page says that code is still missing, in milliseconds.
const LATE_MS: u32 = 4000;

/// The result of a `#[lazy]` function: the code, or the error that it can't be fetched.
pub type Fetched<T> = Result<T, SplitLoaderError>;

/// Calls a `#[lazy]` function.
pub type Fetch<T> = fn() -> Pin<Box<dyn Future<Output = Fetched<T>>>>;

/// Code that may not be here yet.
#[derive(Clone, Copy)]
pub struct Lazy<T: 'static> {
    code: RwSignal<Option<T>>,
    fetch: Fetch<T>,
    asked: StoredValue<bool>,
    /// Whether it couldn't be fetched. The next time that it is wanted, it is tried again.
    pub failed: RwSignal<bool>,
}

impl<T: Copy + Send + Sync + 'static> Lazy<T> {
    /// Nothing is fetched yet.
    pub fn new(fetch: Fetch<T>) -> Self {
        Self { code: RwSignal::new(None), fetch, asked: StoredValue::new(false), failed: RwSignal::new(false) }
    }

    /// Fetches it, if nobody has yet. Code that is here already is there when this returns.
    pub fn load(self) {
        if self.asked.try_update_value(|asked| std::mem::replace(asked, true)) != Some(false) {
            return;
        }
        let mut fetched = (self.fetch)();
        match (&mut fetched).now_or_never() {
            Some(fetched) => self.take(fetched),
            None => {
                spawn_local(async move { self.on_fetched(fetched.await) });
                after(LATE_MS, move || self.note_late());
            }
        }
    }

    /// The code, once it is here.
    pub fn get(self) -> Option<T> {
        self.code.get()
    }

    /// The same, for who needn't hear when it comes.
    pub fn get_untracked(self) -> Option<T> {
        self.code.get_untracked()
    }

    /// A page that has been left says nothing about its code.
    fn on_fetched(self, fetched: Fetched<T>) {
        if !self.code.is_disposed() {
            before_hydration::tell(if fetched.is_ok() { "whole" } else { "missing" });
            self.take(fetched);
        }
    }

    fn note_late(self) {
        let is_awaited = self.asked.try_get_value() == Some(true);
        if is_awaited && self.code.try_with_untracked(Option::is_none) == Some(true) {
            before_hydration::tell("late");
        }
    }

    fn take(self, fetched: Fetched<T>) {
        self.failed.set(fetched.is_err());
        match fetched {
            Ok(code) => self.code.set(Some(code)),
            Err(_) => self.asked.set_value(false),
        }
    }
}
