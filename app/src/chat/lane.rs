//! One of the answers that are being written at once: the link to its task, and where on the page it stands.

use super::{entry::Entry, message::Delta, transcript::Transcript};
use crate::link::{EventStream, Exit, Link, Reason, TaskId};
use leptos::prelude::*;

/// A place for one answer at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane {
    /// The task that writes it.
    pub(super) link: Link,
    /// What it writes; none while it writes nothing.
    entry: StoredValue<Option<Entry>>,
    transcript: Transcript,
}

impl Lane {
    /// To be called in a component's body: the link ends with it.
    pub(super) fn new(transcript: Transcript) -> Self {
        let entry = StoredValue::new(None::<Entry>);
        let link = Link::new(move |exit| {
            if let Some(entry) = entry.try_update_value(Option::take).flatten() {
                transcript.end(&entry, exit);
            }
        });
        Self { link, entry, transcript }
    }

    /// A task begins to write this.
    pub(super) fn begin<E: Into<Exit> + 'static>(
        self,
        entry: Entry,
        task: impl Future<Output = Result<EventStream<Delta>, E>> + 'static,
    ) {
        self.entry.set_value(Some(entry.clone()));
        let transcript = self.transcript;
        self.link.start(task, move |event| transcript.hear(&entry, event));
    }

    /// Ends the task, if it is meant. Returns which it was.
    pub(super) fn end_if(self, is_meant: &dyn Fn(&Entry) -> bool, reason: Reason) -> Option<TaskId> {
        let entry = self.entry.get_value().filter(is_meant)?;
        self.link.end(Exit::new(reason));
        entry.message.with_untracked(|message| message.task.clone())
    }
}
