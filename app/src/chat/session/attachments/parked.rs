//! What was attached and not sent when its conversation was left: it is there again on return.

use super::Attached;
use leptos::{ev, prelude::*};

impl Attached {
    /// Lays it aside; the composer is empty then.
    pub fn lay_aside(self, conversation: String) {
        let files = self.replace(Vec::new());
        if !files.is_empty() {
            self.aside.update_value(|aside| aside.push((conversation, files)));
        }
    }

    /// What was laid aside in this conversation is with its draft again.
    pub fn take_back(self, conversation: &str) {
        let place = self.aside.with_value(|aside| aside.iter().position(|(id, _)| id == conversation));
        let taken = place.and_then(|place| self.aside.try_update_value(|aside| aside.swap_remove(place)));
        if let Some((_, files)) = taken {
            self.replace(files);
        }
    }

    /// Whoever leaves the page with something attached is asked by the browser whether that is meant. To be called in a
    /// component's body.
    pub fn guard(self) {
        let is_guarded = Memo::new(move |_| self.files.with(|files| !files.is_empty()));
        Effect::new(move |_| {
            if is_guarded.get() {
                let leaving = window_event_listener(ev::beforeunload, |event| event.prevent_default());
                on_cleanup(move || leaving.remove());
            }
        });
    }
}
