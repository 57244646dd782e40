//! One of the answers that are being written at once: the link to its task, and where on the page it stands.

use super::{entry::Entry, transcript::Transcript};
use crate::chat::{
    protocol::answer::{EventStream, Exit, Link},
    storage::answer_lock::AnswerLock,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;
use starcrossed::Reason;
use std::any::Any;

/// How long a page still counts as the writer of an answer that has ended, in milliseconds. Its end is written meanwhile.
const LOCK_GRACE_MS: u32 = 1000;

/// The function that handles the end of a task.
type OnExit = fn(RunningAnswer, Exit);

/// A place for one answer at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerSlot {
    /// The task that writes it.
    pub(crate) link: Link,
    answer: RunningAnswer,
    /// [`RunningAnswer::on_exit`], once it is here. Its address and not its name, since its code is fetched later than ours.
    on_exit: StoredValue<Option<OnExit>>,
}

/// The answer that a task writes.
#[derive(Clone, Copy, Debug)]
struct RunningAnswer {
    /// None while it writes nothing.
    entry: StoredValue<Option<Entry>>,
    /// The [`AnswerLock`] of that for other tabs. In the browser alone, which has one thread.
    lock: StoredValue<Option<SendWrapper<Box<dyn Any>>>>,
    transcript: Transcript,
}

/// As many places as can be written in at once. To be called in a component's body: the links end with it.
pub(crate) fn slots<const N: usize>(transcript: Transcript) -> [AnswerSlot; N] {
    let all = StoredValue::new(Vec::<AnswerSlot>::new());
    // Each link hears for itself that the page is left. But by then the streams have broken off, and between one listener
    // and the next the browser lets those hear that who wait for them. So all have to end in the first listener.
    let left = window_event_listener(ev::pagehide, move |_| {
        all.with_value(|all| interrupt_all(all));
    });
    on_cleanup(move || left.remove());
    let slots = std::array::from_fn(|_| AnswerSlot::new(transcript));
    all.set_value(slots.to_vec());
    slots
}

/// Nobody waits for these answers any more.
pub(crate) fn interrupt_all(slots: &[AnswerSlot]) {
    for slot in slots {
        slot.link.end(Exit::new(Reason::Interrupted));
    }
}

impl AnswerSlot {
    fn new(transcript: Transcript) -> Self {
        let answer = RunningAnswer { entry: StoredValue::new(None), lock: StoredValue::new(None), transcript };
        let on_exit = StoredValue::new(None::<OnExit>);
        let link = Link::new(move |exit| {
            if let Some(on_exit) = on_exit.try_get_value().flatten() {
                on_exit(answer, exit);
            }
        });
        Self { link, answer, on_exit }
    }

    /// A task begins to write this.
    pub(crate) fn start<E: Into<Exit> + 'static>(
        self,
        entry: Entry,
        task: impl Future<Output = Result<EventStream, E>> + 'static,
    ) {
        let RunningAnswer { entry: written, lock, transcript } = self.answer;
        self.on_exit.set_value(Some(RunningAnswer::on_exit));
        written.set_value(Some(entry.clone()));
        lock.set_value(Some(SendWrapper::new(Box::new(AnswerLock::acquire(&entry.id)))));
        self.link.start(task, move |event| transcript.apply(&entry, event));
    }

    /// Whether a task has been asked for that has no name yet.
    pub(crate) fn is_starting(self) -> bool {
        let has_no_name = |entry: &Entry| entry.message.with(|message| message.task.is_none());
        self.link.is_running() && self.answer.entry.with_value(|entry| entry.as_ref().is_some_and(has_no_name))
    }

    /// Stops the task, if there is one and it is meant. Returns what it was writing.
    pub(crate) fn stop_if(self, is_wanted: &dyn Fn(&Entry) -> bool) -> Option<Entry> {
        let entry = self.answer.entry.get_value().filter(is_wanted)?;
        self.link.stop();
        Some(entry)
    }
}

impl RunningAnswer {
    /// The task has ended. Other tabs may know when its end is kept.
    fn on_exit(self, exit: Exit) {
        let has_page_left = exit.reason == Reason::Interrupted;
        if let Some(entry) = self.entry.try_update_value(Option::take).flatten() {
            self.transcript.on_exit(&entry, exit);
        }
        let lock = self.lock.try_update_value(Option::take).flatten();
        if !has_page_left {
            spawn_local(async move {
                TimeoutFuture::new(LOCK_GRACE_MS).await;
                drop(lock);
            });
        }
    }
}
