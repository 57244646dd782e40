//! What was attached and not sent when its conversation was left: it is there again on return.

use super::Attachments;
use leptos::{ev, prelude::*};

impl Attachments {
    /// Lays it aside; the composer is empty then.
    pub fn park(self, conversation: String) {
        let files = self.replace(Vec::new());
        if !files.is_empty() {
            self.parked.update_value(|parked| parked.push((conversation, files)));
        }
    }

    /// What was laid aside in this conversation is with its draft again.
    pub fn unpark(self, conversation: &str) {
        let place = self.parked.with_value(|parked| parked.iter().position(|(id, _)| id == conversation));
        let taken = place.and_then(|place| self.parked.try_update_value(|parked| parked.swap_remove(place)));
        if let Some((_, files)) = taken {
            self.replace(files);
        }
    }

    /// Whoever leaves the page with something attached is asked by the browser whether that is meant. To be called in a
    /// component's body.
    pub fn confirm_leaving(self) {
        let is_guarded = Memo::new(move |_| self.files.with(|files| !files.is_empty()));
        Effect::new(move |_| {
            if is_guarded.get() {
                let leaving = window_event_listener(ev::beforeunload, |event| event.prevent_default());
                on_cleanup(move || leaving.remove());
            }
        });
    }
}
