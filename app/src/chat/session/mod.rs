//! The open chat: ask, stop, retry, edit, continue.
//!
//! | file | what it is |
//! |---|---|
//! | [`transcript`] | the pure conversation behind signals, kept as it grows |
//! | `answer_slot` | one answer that is being written: its link and its place |
//! | [`entry`] | a message on the page, behind a signal |
//! | [`model_list`] | the models that can be asked |
//! | [`attachments`] | pictures and text files for the next question |

pub(crate) mod answer_slot;
pub mod attachments;
pub mod entry;
pub mod model_list;
pub mod transcript;

use crate::{
    api::chat::chat,
    browser::now_ms,
    chat::{
        conversation::File,
        protocol::message::{Paced, Role},
        session::{
            answer_slot::AnswerSlot,
            attachments::{
                Attachments,
                limits::{files_json_bytes, json_bytes},
                read,
            },
            entry::Entry,
            model_list::Catalog,
            transcript::Transcript,
        },
        storage::session_storage,
    },
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use starcrossed::TaskId;

/// This many models can be asked at once.
pub const MAX_PARALLEL_ANSWERS: usize = 4;

/// The open conversation, and the links to the tasks that answer in it.
#[derive(Clone, Copy, Debug)]
pub struct Chat {
    /// What has been said.
    pub transcript: Transcript,
    /// What is sent along with the next question.
    pub attachments: Attachments,
    /// The models that can be asked.
    pub models: RwSignal<Catalog>,
    /// Notified when they have to be asked for again.
    pub reload_models: Trigger,
    /// Whether its settings are being looked at.
    pub settings_open: RwSignal<bool>,
    /// The tasks that answer. They die with the component that opened this.
    slots: [AnswerSlot; MAX_PARALLEL_ANSWERS],
    /// The models that are asked beside the picked one; an empty name is none. Until the conversation is left.
    pub compared_models: RwSignal<[String; MAX_PARALLEL_ANSWERS - 1]>,
    /// The tasks that were stopped last, until the next begins.
    pub stopped: RwSignal<Option<Stopped>>,
    /// The question that is being asked otherwise, and what stood in the box before.
    pub editing: RwSignal<Option<Editing>>,
    /// Whether another conversation is about to be shown. Until it is, nothing can be typed or asked.
    pub loading: RwSignal<bool>,
}

/// Tasks that were stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopped {
    /// Which; none for one that the server hadn't given a name yet.
    pub tasks: Vec<Option<TaskId>>,
    /// When Stop was pressed, by the page's clock.
    pub at_ms: f64,
}

/// A question that is being asked otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Editing {
    /// Which.
    pub question: String,
    /// What had been typed before; it comes back when this is over.
    pub draft: String,
    /// What had been attached before; so does this.
    pub files: Vec<File>,
}

impl Chat {
    /// Links the transcript to the tasks that will write it. To be called in a component's body: the links end with it.
    #[must_use]
    pub fn new(transcript: Transcript) -> Self {
        Self {
            transcript,
            attachments: Attachments::new(),
            models: RwSignal::new(Catalog::default()),
            reload_models: Trigger::new(),
            settings_open: RwSignal::new(false),
            slots: answer_slot::slots(transcript),
            compared_models: RwSignal::new(Default::default()),
            stopped: RwSignal::new(None),
            editing: RwSignal::new(None),
            loading: RwSignal::new(false),
        }
    }

    /// Asks what has been typed, after all that was said, or in place of the question that is being edited. Does nothing
    /// while an answer is being written, with nothing typed or attached, or with more than can be sent: then whatever
    /// stands in the box stays there.
    pub fn send(self) {
        let draft = self.transcript.draft;
        if self.is_busy() || (draft.with_untracked(|text| text.trim().is_empty()) && self.attachments.is_empty()) {
            return;
        }
        if self.attachments.is_waiting() {
            self.attachments.send_when_read.set(true); // asked once it is read
            return;
        }
        if !self.can_send() {
            return; // nor is anything taken out of the box
        }
        let editing = self.editing.try_update(Option::take).flatten();
        let conversation = untrack(|| self.transcript.id());
        session_storage::delete_edit(conversation.as_deref().unwrap_or_default());
        let editing = editing.map(|editing| (Some(editing.question), editing.draft, editing.files));
        let (instead_of, rest, other_files) = editing.unwrap_or_default();
        let files = self.attachments.replace(other_files);
        let question = draft.try_update(|draft| std::mem::replace(draft, rest)).unwrap_or_default();
        if conversation.is_none() {
            session_storage::clear_new();
        }
        let question = self.transcript.ask(question, files, instead_of.as_deref());
        self.answer(&question);
    }

    /// Reads the attached files, for as long as the component lives, and sends the question that waits for them.
    pub(crate) fn read_attachments(self) {
        read::read_waiting(self.attachments, move || self.sent_bytes(), move || self.send());
    }

    /// Whether the next question isn't too long to be sent. If it is, the page says so.
    fn can_send(self) -> bool {
        let draft = self.transcript.draft.with_untracked(|draft| json_bytes(draft));
        let system = self.transcript.tree.with_untracked(|tree| json_bytes(&tree.conversation.settings.system));
        self.attachments.check_request(self.sent_bytes() + draft + system)
    }

    /// The size of the next request without what is typed: all messages before the question, and the attached files.
    fn sent_bytes(self) -> usize {
        let edited = self.editing.with_untracked(|editing| editing.as_ref().map(|editing| editing.question.clone()));
        let files = self.attachments.files.with_untracked(|files| files_json_bytes(files));
        read::transcript_bytes(self.transcript, edited.as_deref()) + files
    }

    /// Asks the last question again. What had arrived of the answer stays beside the new one.
    pub fn retry(self) {
        let Some(last) = self.transcript.last().filter(|_| !self.is_busy()) else { return };
        let again: Vec<&Entry> = last.alternatives.iter().filter(|answer| answer.needs_retry()).collect();
        // Those that did well are left alone: who did badly begins anew, or goes on.
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

    /// Has a question answered again, by as many models as before; what there is stays beside that. The question may also
    /// be one that nobody has answered.
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

    /// Goes on with one of several answers.
    pub fn choose(self, answer: &str) {
        if !self.is_busy() {
            self.transcript.choose(answer);
        }
    }

    /// Lets an answer that was cut off go on.
    pub fn resume(self, answer: &str) {
        if !self.is_busy() && self.transcript.resume(answer) {
            self.begin(&[answer.to_owned()]);
        }
    }

    /// Shows the version of a message before or after this one.
    pub fn show_version(self, id: &str, next: bool) {
        if !self.is_busy() {
            self.transcript.show_version(id, next);
        }
    }

    /// Puts a question into the box, to be asked otherwise.
    pub fn edit(self, question: &str) {
        let Some(entry) = self.transcript.entry(question) else { return };
        let (text, files) = entry.message.with_untracked(|message| (message.text.clone(), message.files.clone()));
        let files = self.attachments.replace(files);
        let draft = self.transcript.draft.try_update(|draft| std::mem::replace(draft, text)).unwrap_or_default();
        self.editing.update(|editing| {
            // Going from one question to another loses neither the draft nor its place.
            let (draft, files) = editing.take().map_or((draft, files), |before| (before.draft, before.files));
            *editing = Some(Editing { question: question.to_owned(), draft, files });
        });
    }

    /// Puts the last question into the box, to be asked otherwise.
    pub fn edit_last(self) {
        let is_question = |entry: &&Entry| entry.message.with_untracked(|message| message.role == Role::User);
        let last = self.transcript.entries.with_untracked(|all| all.iter().rev().find(is_question).cloned());
        if let Some(last) = last.filter(|_| !self.is_busy()) {
            self.edit(&last.id);
        }
    }

    /// Leaves the question as it was; what had been typed before is back.
    pub fn stop_editing(self) {
        session_storage::delete_edit(&untrack(|| self.transcript.id()).unwrap_or_default());
        self.restore_before_edit();
    }

    fn restore_before_edit(self) {
        if let Some(editing) = self.editing.try_update(Option::take).flatten() {
            self.transcript.draft.set(editing.draft);
            self.attachments.replace(editing.files);
        }
    }

    /// Whether an answer is being written.
    pub fn is_running(self) -> bool {
        self.slots.iter().any(|slot| slot.link.is_running())
    }

    /// How many answers are being written.
    pub fn running_answers(self) -> usize {
        self.slots.iter().filter(|slot| slot.link.is_running()).count()
    }

    /// Whether one of them has been asked for, and the server has not said that its task has begun.
    pub fn is_starting(self) -> bool {
        self.slots.iter().any(|slot| slot.is_starting())
    }

    /// Stops every answer that is being written. What has arrived stays.
    pub fn stop(self) {
        self.stop_where(&|_| true, self.stopped);
    }

    /// Stops one of several answers; the others go on. `stopped` says which that was.
    pub fn stop_answer(self, answer: &str, stopped: RwSignal<Option<Stopped>>) {
        self.stop_where(&|entry| entry.id == answer, stopped);
    }

    /// The browser has to be through with this before it lets go of a stream, so the rest is for later: see [`Link::stop`].
    fn stop_where(self, is_wanted: &dyn Fn(&Entry) -> bool, stopped: RwSignal<Option<Stopped>>) {
        let at_ms = now_ms();
        let ended: Vec<Entry> = self.slots.iter().filter_map(|slot| slot.stop_if(is_wanted)).collect();
        if ended.is_empty() {
            return;
        }
        spawn_local(async move {
            TimeoutFuture::new(0).await;
            let tasks = ended.into_iter().map(|entry| entry.message.with_untracked(|message| message.task.clone()));
            stopped.try_set(Some(Stopped { tasks: tasks.collect(), at_ms }));
        });
    }

    /// Leaves the conversation. The answers that are being written die with the leaving, and are kept as far as they came.
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

    /// The models that the next question goes to, the picked one first.
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
        models.truncate(MAX_PARALLEL_ANSWERS); // a file that was imported may have more
        let answers = self.transcript.compare(question, models);
        self.begin(&answers);
    }

    /// Each of these answers gets a task. They are no more than there are slots, and no slot is taken.
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
