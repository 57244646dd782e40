//! Tells other tabs whether an answer still has a page that writes it.
//!
//! A page holds a [Web Lock](https://www.w3.org/TR/web-locks/) for each answer that it writes, and the browser frees it when
//! the page dies, however that happens. Browsers have locks for pages on HTTPS and on this machine. Everywhere else a page
//! that writes an answer replies to queries on a `BroadcastChannel`; no reply means that the page is gone.

use crate::chat::{conversation::Unfinished, storage::broadcast::TabChannel};
use futures::future::{Either, join_all, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::{
    prelude::window,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue, prelude::Closure},
    web_sys::BroadcastChannel,
};

/// The time that a page has to reply, in milliseconds.
const REPLY_MS: u32 = 400;
/// The pause between two queries, in milliseconds.
const ASK_EVERY_MS: u32 = 300;
/// A page saves an answer every 5 s, or once a minute where the browser slows down the timers of a hidden page. An answer that
/// was saved longer ago than this, in milliseconds, has no page.
const SILENT_MS: u64 = 120_000;
/// The pause between the end of an answer's page and the next look at the answer, in milliseconds. It is longer than
/// [`GRACE_MS`](crate::chat::conversation::streaming::GRACE_MS).
const SETTLE_MS: u32 = 750;

const QUERY: &str = "?";
const REPLY: &str = "!";

/// Tells other tabs that an answer is being written here, until it is dropped.
#[derive(Debug)]
pub(crate) struct AnswerLock {
    release: Option<Function>,
    _query_answers: Option<TabChannel>,
}

impl AnswerLock {
    /// Takes the lock, or starts to answer queries where the browser has no locks.
    pub(crate) fn acquire(answer: &str) -> Self {
        match locks() {
            Some(locks) => Self { release: take_lock(&locks, &lock_name(answer)), _query_answers: None },
            None => Self { release: None, _query_answers: answer_queries(&lock_name(answer)) },
        }
    }
}

impl Drop for AnswerLock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// The ids of those answers that a page writes. All are queried at once.
pub(crate) async fn with_writers(mut answers: Vec<Unfinished>, now_ms: u64) -> Vec<String> {
    if answers.is_empty() {
        return Vec::new();
    }
    let alive = match locks() {
        Some(locks) => {
            let held = held_locks(&locks).await.unwrap_or_default();
            answers.iter().map(|answer| held.contains(&lock_name(&answer.id))).collect()
        }
        None => {
            answers.retain(|answer| now_ms.abs_diff(answer.saved_ms) < SILENT_MS);
            let names: Vec<String> = answers.iter().map(|answer| lock_name(&answer.id)).collect();
            join_all(names.iter().map(|name| has_writer(name))).await
        }
    };
    answers.into_iter().zip(alive).filter_map(|(answer, is_alive)| is_alive.then_some(answer.id)).collect()
}

/// Waits until no page writes this answer, and until its last save can be read.
pub(crate) async fn wait_for_release(answer: &str) {
    let name = lock_name(answer);
    let Some(locks) = locks() else {
        while has_writer(&name).await {
            TimeoutFuture::new(ASK_EVERY_MS).await;
        }
        // A page that didn't reply has been gone for at least that time.
        return TimeoutFuture::new(SETTLE_MS - REPLY_MS).await;
    };
    // A shared lock, so that waiting tabs don't wait for each other.
    let granted = Closure::once_into_js(|_: JsValue| {});
    if let Ok(freed) = request(&locks, &name, "shared", &granted) {
        _ = freed.await;
    }
    TimeoutFuture::new(SETTLE_MS).await;
}

fn lock_name(answer: &str) -> String {
    ["starcrossed-answer-", answer].concat()
}

fn locks() -> Option<JsValue> {
    Reflect::get(&window().navigator(), &"locks".into()).ok().filter(JsValue::is_object)
}

fn request(locks: &JsValue, name: &str, mode: &str, granted: &JsValue) -> Result<Promise, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"mode".into(), &mode.into())?;
    let request: Function = Reflect::get(locks, &"request".into())?.dyn_into()?;
    request.call3(locks, &name.into(), &options, granted)?.dyn_into()
}

/// Requests the lock, and returns the function that releases it. A pending request counts as held: see [`held_locks`].
fn take_lock(locks: &JsValue, name: &str) -> Option<Function> {
    let mut release = None;
    let released = Promise::new(&mut |resolve, _| release = Some(resolve));
    let granted = Closure::once_into_js(move |_: JsValue| JsValue::from(released));
    let held = request(locks, name, "exclusive", &granted).ok()?;
    // A browser that refuses rejects this promise. Without a handler that would be an unhandled rejection.
    spawn_local(async move { _ = held.await });
    release.map(JsCast::unchecked_into)
}

/// The names of the exclusive locks that pages hold or have requested.
async fn held_locks(locks: &JsValue) -> Result<Vec<String>, JsValue> {
    let query: Function = Reflect::get(locks, &"query".into())?.dyn_into()?;
    let asked: Promise = query.call0(locks)?.dyn_into()?;
    let state = asked.await?;
    let mut names = Vec::new();
    for list in ["held", "pending"] {
        for lock in Array::from(&Reflect::get(&state, &list.into())?).iter() {
            if Reflect::get(&lock, &"mode".into())? == "exclusive" {
                names.extend(Reflect::get(&lock, &"name".into())?.as_string());
            }
        }
    }
    Ok(names)
}

/// Replies to queries on this channel.
fn answer_queries(channel: &str) -> Option<TabChannel> {
    let name = channel.to_owned();
    let on_post = move |message: String| {
        if message == QUERY {
            post(&name, REPLY);
        }
    };
    TabChannel::subscribe(channel, Box::new(on_post))
}

/// Whether a page replies on this channel.
async fn has_writer(channel: &str) -> bool {
    let mut subscription = None;
    let replied = Promise::new(&mut |resolve: Function, _| {
        let on_post = move |message: String| {
            if message == REPLY {
                _ = resolve.call0(&JsValue::UNDEFINED);
            }
        };
        subscription = TabChannel::subscribe(channel, Box::new(on_post));
    });
    post(channel, QUERY);
    let first = select(replied.into_future(), TimeoutFuture::new(REPLY_MS)).await;
    drop(subscription);
    matches!(first, Either::Left(_))
}

fn post(channel: &str, message: &str) {
    if let Ok(channel) = BroadcastChannel::new(channel) {
        _ = channel.post_message(&message.into());
        channel.close();
    }
}
