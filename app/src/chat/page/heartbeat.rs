//! Keeps an answer alive across tabs. The tab that writes it stores it regularly, also while the model is silent. A tab
//! that only shows it reads the store at the same pace, and at once when the writer is gone.

use crate::chat::{page::open_conversation, state::PageState, storage::answer_lock};
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use std::time::Duration;

/// The time between two looks, and between two writes.
const INTERVAL: Duration = Duration::from_secs(5);

/// To be called in a component's body: it ends with the component.
pub(crate) fn heartbeat(state: PageState) {
    let PageState { chat, .. } = state;
    let hidden = window_event_listener_untyped("visibilitychange", move |_| {
        if document().hidden() {
            chat.transcript.persist_pieces();
        }
    });
    on_cleanup(move || hidden.remove());
    let is_writing = Memo::new(move |_| chat.is_running());
    during(is_writing, move || chat.transcript.persist_running());
    let awaited = Memo::new(move |_| chat.transcript.running_elsewhere());
    let is_reading = Memo::new(move |_| !awaited.with(Vec::is_empty));
    during(is_reading, move || {
        if let Some(id) = untrack(|| chat.transcript.id()) {
            spawn_local_scoped_with_cancellation(open_conversation::reload(state, id));
        }
    });
    Effect::new(move |_| {
        for answer in awaited.get() {
            spawn_local_scoped_with_cancellation(look_after(state, answer));
        }
    });
}

/// Reloads the conversation when the page that writes this answer is gone.
async fn look_after(state: PageState, answer: String) {
    loop {
        answer_lock::wait_for_release(&answer).await;
        if let Some(id) = untrack(|| state.chat.transcript.id()) {
            open_conversation::reload(state, id).await;
        }
    }
}

/// Calls `tick` at each interval while `is_so` is true. Work that a tick begins ends when it turns false.
fn during(is_so: Memo<bool>, tick: impl Fn() + Send + Sync + Clone + 'static) {
    Effect::new(move |_| {
        let (owner, tick) = (Owner::current(), tick.clone());
        let on_interval = move || {
            if let Some(owner) = &owner {
                owner.with(&tick);
            }
        };
        if is_so.get()
            && let Ok(interval) = set_interval(on_interval, INTERVAL)
        {
            on_cleanup(move || interval.clear());
        }
    });
}
