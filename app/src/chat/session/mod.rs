//! The open chat: ask, stop, retry, edit, continue.
//!
//! | file | what it is |
//! |---|---|
//! | `transcript` | the pure conversation behind signals, kept as it grows |
//! | `answer_slot` | one answer that is being written: its link and its place |
//! | `entry` | a message on the page, behind a signal |
//! | `model_list` | the models that can be asked |
//! | `attachments` | pictures and text files for the next question |
//! | `sending`, `editing` | send the draft; edit an earlier question |

pub(crate) mod answer_slot;
pub(crate) mod attachments;
pub(crate) mod editing;
pub(crate) mod entry;
pub(crate) mod model_list;
mod sending;
pub(crate) mod transcript;

use crate::{
    api::chat::chat,
    browser::{next_frame::next_macrotask, now_ms},
    chat::{
        protocol::message::Paced,
        session::{
            answer_slot::AnswerSlot, attachments::Attachments, editing::Editing, entry::Entry, model_list::ModelList,
            transcript::Transcript,
        },
    },
};
use leptos::{prelude::*, task::spawn_local};
use starcrossed::TaskId;

/// The largest number of models that can be asked at once.
pub const MAX_PARALLEL_ANSWERS: usize = 4;

/// The open conversation, and the links to the tasks that answer in it.
#[derive(Clone, Copy, Debug)]
pub struct Chat {
    /// The messages of the conversation.
    pub transcript: Transcript,
    /// The files that are sent with the next question.
    pub attachments: Attachments,
    /// The models that can be asked.
    pub models: RwSignal<ModelList>,
    /// Notified to fetch the list of models again.
    pub reload_models: Trigger,
    /// Whether the settings dialog is open.
    pub settings_open: RwSignal<bool>,
    /// The running tasks. They end with the component that created this.
    slots: [AnswerSlot; MAX_PARALLEL_ANSWERS],
    /// The models that are asked beside the selected one, until the conversation is closed. An empty name is no model.
    pub compared_models: RwSignal<[String; MAX_PARALLEL_ANSWERS - 1]>,
    /// The tasks that were stopped last, until the next one starts.
    pub stopped: RwSignal<Option<Stopped>>,
    /// The question that is being edited, and the draft before that.
    pub editing: RwSignal<Option<Editing>>,
    /// Whether another conversation is being loaded. Meanwhile nothing can be typed or sent.
    pub loading: RwSignal<bool>,
}

/// The tasks that one press of Stop has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopped {
    /// Their ids. None for a task that was stopped before the server sent its id.
    pub tasks: Vec<Option<TaskId>>,
    /// The time of the press, by the page's clock, in milliseconds.
    pub at_ms: f64,
}

impl Chat {
    /// Links the transcript to the tasks that write it. Call it in the body of a component, since the links end with it.
    #[must_use]
    pub fn new(transcript: Transcript) -> Self {
        Self {
            transcript,
            attachments: Attachments::new(),
            models: RwSignal::new(ModelList::default()),
            reload_models: Trigger::new(),
            settings_open: RwSignal::new(false),
            slots: answer_slot::slots(transcript),
            compared_models: RwSignal::new(Default::default()),
            stopped: RwSignal::new(None),
            editing: RwSignal::new(None),
            loading: RwSignal::new(false),
        }
    }

    /// Asks the last question again. The incomplete answer stays as another version.
    pub fn retry(self) {
        let Some(last) = self.transcript.last().filter(|_| !self.is_busy()) else { return };
        let again: Vec<&Entry> = last.alternatives.iter().filter(|answer| answer.needs_retry()).collect();
        // Only the failed ones of several answers run again: they restart, or continue their text.
        let again = again.into_iter().map(|slot| slot.id.clone()).take(MAX_PARALLEL_ANSWERS);
        let begun: Vec<String> = again.filter(|id| self.restart_or_resume(id)).collect();
        if begun.is_empty() {
            return self.regenerate(&last.id);
        }
        self.transcript.choose(&last.id);
        self.begin(&begun);
    }

    fn restart_or_resume(self, answer: &str) -> bool {
        self.transcript.restart(answer) || self.transcript.resume(answer)
    }

    /// Answers a question again, with as many models as before. The earlier answers stay as other versions. `id` is an
    /// answer, or a question without an answer.
    pub fn regenerate(self, id: &str) {
        if self.is_busy() {
            return;
        }
        let compared = self.transcript.compared_models(id);
        match compared {
            Some((question, models)) => self.compare(&question, models),
            None => {
                let answer = self.transcript.regenerate(id);
                self.begin(&[answer]);
            }
        }
    }

    /// Continues the conversation after one of several answers.
    pub fn choose(self, answer: &str) {
        if !self.is_busy() {
            self.transcript.choose(answer);
        }
    }

    /// Continues an answer that was cut off.
    pub fn resume(self, answer: &str) {
        if !self.is_busy() && self.transcript.resume(answer) {
            self.begin(&[answer.to_owned()]);
        }
    }

    /// Shows the next or the previous version of a message.
    pub fn show_version(self, id: &str, next: bool) {
        if !self.is_busy() {
            self.transcript.show_version(id, next);
        }
    }

    /// Whether an answer runs.
    pub fn is_running(self) -> bool {
        self.slots.iter().any(|slot| slot.link.is_running())
    }

    /// The number of running answers.
    pub fn running_answers(self) -> usize {
        self.slots.iter().filter(|slot| slot.link.is_running()).count()
    }

    /// Whether the page waits for the server to start a task.
    pub fn is_starting(self) -> bool {
        self.slots.iter().any(|slot| slot.is_starting())
    }

    /// Stops every running answer. The text that has arrived stays.
    pub fn stop(self) {
        self.stop_where(&|_| true, self.stopped);
    }

    /// Stops one of several answers, and puts its task into `stopped`. The others continue.
    pub fn stop_answer(self, answer: &str, stopped: RwSignal<Option<Stopped>>) {
        self.stop_where(&|entry| entry.id == answer, stopped);
    }

    /// Everything but the stop waits one macrotask, because the browser closes a connection only after the current event
    /// handler: see [`Link::stop`](starcrossed::Link::stop).
    fn stop_where(self, is_wanted: &dyn Fn(&Entry) -> bool, stopped: RwSignal<Option<Stopped>>) {
        let at_ms = now_ms();
        let ended: Vec<Entry> = self.slots.iter().filter_map(|slot| slot.stop_if(is_wanted)).collect();
        if ended.is_empty() {
            return;
        }
        spawn_local(async move {
            next_macrotask().await;
            let tasks = ended.into_iter().map(|entry| entry.message.with_untracked(|message| message.task.clone()));
            stopped.try_set(Some(Stopped { tasks: tasks.collect(), at_ms }));
        });
    }

    /// Closes the conversation. This ends the running answers; the text that has arrived is stored.
    pub fn close(self) {
        answer_slot::interrupt_all(&self.slots);
        self.restore_before_edit();
        self.attachments.park(untrack(|| self.transcript.id()).unwrap_or_default());
        self.settings_open.set(false);
        self.transcript.persist_info();
        self.stopped.set(None);
        self.compared_models.set(Default::default());
    }

    fn is_busy(self) -> bool {
        untrack(|| self.is_running() || self.loading.get())
    }

    /// The models that answer the next question, the selected one first.
    pub fn target_models(self) -> Vec<String> {
        let others = self.compared_models.get().into_iter().filter(|model| !model.is_empty());
        std::iter::once(self.transcript.model.get()).chain(others).collect()
    }

    fn answer(self, question: &str) {
        let models = untrack(|| self.target_models());
        if models.len() == 1 {
            let answer = self.transcript.answer(question);
            return self.begin(&[answer]);
        }
        self.compare(question, models);
    }

    fn compare(self, question: &str, mut models: Vec<String>) {
        models.truncate(MAX_PARALLEL_ANSWERS); // an imported file may have more
        let answers = self.transcript.compare(question, models);
        self.begin(&answers);
    }

    /// Starts a task for each of these answers. There are at most as many as slots, and every slot is free.
    fn begin(self, answers: &[String]) {
        self.stopped.set(None);
        for (slot, answer) in self.slots.into_iter().zip(answers) {
            if let Some(entry) = self.transcript.entry(answer) {
                let streams = u32::try_from(answers.len()).unwrap_or(u32::MAX);
                slot.start(entry, chat(self.transcript.request(answer), Paced::Among(streams)));
            }
        }
    }
}
