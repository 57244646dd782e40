//! A slot for one of the answers that run at once: the link to its task, and its message on the page.

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

/// How long a page keeps the lock of an answer after its end, in milliseconds. The end is stored meanwhile.
const LOCK_GRACE_MS: u32 = 1000;

/// The function that handles the end of a task.
type OnExit = fn(RunningAnswer, Exit);

/// Runs one answer at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerSlot {
    /// The link to the task.
    pub(crate) link: Link,
    answer: RunningAnswer,
    /// A pointer to [`RunningAnswer::on_exit`]. A direct call would move that code into the download of a first visit.
    on_exit: StoredValue<Option<OnExit>>,
}

/// The answer that a task writes.
#[derive(Clone, Copy, Debug)]
struct RunningAnswer {
    /// The answer's message. None while no task runs.
    entry: StoredValue<Option<Entry>>,
    /// The [`AnswerLock`] for other tabs that this page writes the answer. It is used in the browser alone, which has one thread.
    lock: StoredValue<Option<SendWrapper<Box<dyn Any>>>>,
    transcript: Transcript,
}

/// Creates all slots. Call it in the body of a component, since the links end with it.
pub(crate) fn slots<const N: usize>(transcript: Transcript) -> [AnswerSlot; N] {
    let all = StoredValue::new(Vec::<AnswerSlot>::new());
    // On pagehide the browser breaks the fetches first and runs microtasks between listeners, so a reader could see its
    // stream end before its own link's listener runs. Therefore one listener ends all slots.
    let left = window_event_listener(ev::pagehide, move |_| {
        all.with_value(|all| interrupt_all(all));
    });
    on_cleanup(move || left.remove());
    let slots = std::array::from_fn(|_| AnswerSlot::new(transcript));
    all.set_value(slots.to_vec());
    slots
}

/// Ends all running answers, because the page or the conversation is left.
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

    /// Starts the task that writes this answer.
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

    /// Whether a task was requested whose id has not arrived.
    pub(crate) fn is_starting(self) -> bool {
        let has_no_name = |entry: &Entry| entry.message.with(|message| message.task.is_none());
        self.link.is_running() && self.answer.entry.with_value(|entry| entry.as_ref().is_some_and(has_no_name))
    }

    /// Stops the task of an answer that `is_wanted` accepts. Returns its message.
    pub(crate) fn stop_if(self, is_wanted: &dyn Fn(&Entry) -> bool) -> Option<Entry> {
        let entry = self.answer.entry.get_value().filter(is_wanted)?;
        self.link.stop();
        Some(entry)
    }
}

impl RunningAnswer {
    /// Handles the exit of the task. Other tabs learn of it once it is stored.
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
