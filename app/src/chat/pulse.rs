//! Whether an answer is still being written, between tabs: the one that writes says so while the model is silent, and one
//! that only reads looks again, since a tab that has crashed can't say that it has.

use super::{shared::Shared, visit};
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use std::time::Duration;

/// Well below [`STALE_MS`](super::tree::writing::STALE_MS), so that one beat may come late.
const BEAT: Duration = Duration::from_secs(5);

/// To be called in a component's body: it ends with it.
pub(super) fn keep_pulse(shared: Shared) {
    let Shared { talk, .. } = shared;
    let is_writing = Memo::new(move |_| talk.is_running());
    during(is_writing, move || talk.transcript.keep_written());
    let is_reading = Memo::new(move |_| talk.transcript.is_written_elsewhere());
    during(is_reading, move || {
        if let Some(id) = untrack(|| talk.transcript.id()) {
            spawn_local_scoped_with_cancellation(visit::look_again(shared, id));
        }
    });
}

/// Calls `tick` at each beat for as long as `is_so`. What it begins ends with that.
fn during(is_so: Memo<bool>, tick: impl Fn() + Send + Sync + Clone + 'static) {
    Effect::new(move |_| {
        let (owner, tick) = (Owner::current(), tick.clone());
        let beat = move || {
            if let Some(owner) = &owner {
                owner.with(&tick);
            }
        };
        if is_so.get()
            && let Ok(interval) = set_interval(beat, BEAT)
        {
            on_cleanup(move || interval.clear());
        }
    });
}
