//! Files that were attached but not sent when their conversation was left. They return with it.

use super::Attachments;
use leptos::{ev, prelude::*};

impl Attachments {
    /// Parks the files of a conversation that is left, which empties the composer.
    pub fn park(self, conversation: String) {
        let files = self.replace(Vec::new());
        if !files.is_empty() {
            self.parked.update_value(|parked| parked.push((conversation, files)));
        }
    }

    /// Restores the parked files of a conversation.
    pub fn unpark(self, conversation: &str) {
        let place = self.parked.with_value(|parked| parked.iter().position(|(id, _)| id == conversation));
        let taken = place.and_then(|place| self.parked.try_update_value(|parked| parked.swap_remove(place)));
        if let Some((_, files)) = taken {
            self.replace(files);
        }
    }

    /// Lets the browser ask before it leaves the page with files attached. Call it in the body of a component.
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
