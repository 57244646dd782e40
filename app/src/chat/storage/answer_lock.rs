//! Whether an answer still has a page that writes it, as other tabs see it.
//!
//! A page holds a [Web Lock](https://www.w3.org/TR/web-locks/) for each answer that it writes, and the browser frees it when
//! the page dies, however that happens. Browsers have locks for pages on HTTPS and on this machine. Everywhere else a page
//! that writes replies when it is asked over a `BroadcastChannel`; silence means that it is gone.

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

/// How long a page has to reply, in milliseconds.
const REPLY_MS: u32 = 400;
/// How often it is asked.
const ASK_EVERY_MS: u32 = 300;
/// A page keeps what it writes every 5 s, or once a minute where the browser slows down the timers of a hidden page. An
/// answer that was kept longer ago than this, in milliseconds, has no page.
const SILENT_MS: u64 = 120_000;
/// How long after its page's end an answer is looked at, in milliseconds: longer than
/// [`GRACE_MS`](crate::chat::conversation::streaming::GRACE_MS).
const SETTLE_MS: u32 = 750;

const QUERY: &str = "?";
const REPLY: &str = "!";

/// Says to other tabs that an answer is being written here, until it is dropped.
#[derive(Debug)]
pub(crate) struct AnswerLock {
    release: Option<Function>,
    _query_answers: Option<TabChannel>,
}

impl AnswerLock {
    /// Shows it.
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

/// The ids of those of these answers that a page writes. All are asked for at once.
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

/// Waits until no page writes this answer, and its end can be told from what was kept of it.
pub(crate) async fn wait_for_release(answer: &str) {
    let name = lock_name(answer);
    let Some(locks) = locks() else {
        while has_writer(&name).await {
            TimeoutFuture::new(ASK_EVERY_MS).await;
        }
        // A page that gave no reply in time has been gone for as long.
        return TimeoutFuture::new(SETTLE_MS - REPLY_MS).await;
    };
    // PageState, so that those who wait don't wait for each other.
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

/// Takes the lock; what is returned frees it. Until it is granted it counts as held: see [`held`].
fn take_lock(locks: &JsValue, name: &str) -> Option<Function> {
    let mut release = None;
    let released = Promise::new(&mut |resolve, _| release = Some(resolve));
    let granted = Closure::once_into_js(move |_: JsValue| JsValue::from(released));
    let held = request(locks, name, "exclusive", &granted).ok()?;
    // A browser that refuses says so here, and there is nobody else to hear it.
    spawn_local(async move { _ = held.await });
    release.map(JsCast::unchecked_into)
}

/// The names of the locks that pages hold.
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

/// Replies to who asks on this line.
fn answer_queries(line: &str) -> Option<TabChannel> {
    let name = line.to_owned();
    let heard = move |said: String| {
        if said == QUERY {
            post(&name, REPLY);
        }
    };
    TabChannel::subscribe(line, Box::new(heard))
}

/// Whether anybody replies on this line.
async fn has_writer(line: &str) -> bool {
    let mut channel = None;
    let replied = Promise::new(&mut |resolve: Function, _| {
        let heard = move |said: String| {
            if said == REPLY {
                _ = resolve.call0(&JsValue::UNDEFINED);
            }
        };
        channel = TabChannel::subscribe(line, Box::new(heard));
    });
    post(line, QUERY);
    let first = select(replied.into_future(), TimeoutFuture::new(REPLY_MS)).await;
    matches!(first, Either::Left(_))
}

fn post(line: &str, what: &str) {
    if let Ok(channel) = BroadcastChannel::new(line) {
        _ = channel.post_message(&what.into());
        channel.close();
    }
}
