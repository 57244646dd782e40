//! An answer that one tab writes and another shows: the one that writes keeps it while the model is silent, too, and the one
//! that shows it looks at what has been kept, and at once when nobody writes it any more.

use crate::chat::{page::open_conversation, state::PageState, storage::answer_lock};
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use std::time::Duration;

/// How often it is kept, and looked at.
const INTERVAL: Duration = Duration::from_secs(5);

/// To be called in a component's body: it ends with it.
pub(crate) fn heartbeat(state: PageState) {
    let PageState { chat, .. } = state;
    let hidden = window_event_listener_untyped("visibilitychange", move |_| {
        if document().hidden() {
            chat.transcript.keep_pieces();
        }
    });
    on_cleanup(move || hidden.remove());
    let is_writing = Memo::new(move |_| chat.is_running());
    during(is_writing, move || chat.transcript.keep_written());
    let awaited = Memo::new(move |_| chat.transcript.written_elsewhere());
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

/// Looks again when the page is gone that writes this answer.
async fn look_after(state: PageState, answer: String) {
    loop {
        answer_lock::end_of(&answer).await;
        if let Some(id) = untrack(|| state.chat.transcript.id()) {
            open_conversation::reload(state, id).await;
        }
    }
}

/// Calls `tick` at each on_interval for as long as `is_so`. What it begins ends with that.
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
