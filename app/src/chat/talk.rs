//! What a person can do in the open conversation: ask, stop, ask again, ask otherwise, go on.

use super::{
    api::chat,
    attach::Attached,
    message::Role,
    transcript::{Entry, Transcript},
    tree::File,
};
use crate::{
    browser::now_ms,
    link::{Exit, Link, Reason, TaskId},
};
use leptos::prelude::*;

/// The open conversation, and the link to the task that answers in it.
#[derive(Clone, Copy, Debug)]
pub struct Talk {
    /// What has been said.
    pub transcript: Transcript,
    /// What is sent along with the next question.
    pub attached: Attached,
    /// Whether its settings are being looked at.
    pub tuning: RwSignal<bool>,
    /// The task that answers. It dies with the component that opened this.
    pub link: Link,
    /// The task that was stopped last, until the next begins.
    pub stopped: RwSignal<Option<Stopped>>,
    /// The question that is being asked otherwise, and what stood in the box before.
    pub editing: RwSignal<Option<Editing>>,
    /// Whether another conversation is about to be shown. What is typed waits for it.
    pub arriving: RwSignal<bool>,
}

/// A task that was stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopped {
    /// Which.
    pub task: TaskId,
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

impl Talk {
    /// Links the transcript to the tasks that will write it. To be called in a component's body: the link ends with it.
    #[must_use]
    pub fn new(transcript: Transcript) -> Self {
        let link = Link::new(move |exit| transcript.end(exit));
        Self {
            transcript,
            link,
            attached: Attached::new(),
            tuning: RwSignal::new(false),
            stopped: RwSignal::new(None),
            editing: RwSignal::new(None),
            arriving: RwSignal::new(false),
        }
    }

    /// Asks what has been typed, after all that was said, or in place of the question that is being edited. Does nothing
    /// while an answer is being written, or with nothing typed or attached: then whatever stands in the box stays there.
    pub fn ask(self) {
        let draft = self.transcript.draft;
        if self.is_busy() || (draft.with_untracked(|text| text.trim().is_empty()) && self.attached.is_empty()) {
            return;
        }
        if self.attached.is_waiting() {
            self.attached.hurried.set(true); // asked once it is read
            return;
        }
        let editing = self.editing.try_update(Option::take).flatten();
        let editing = editing.map(|editing| (Some(editing.question), editing.draft, editing.files));
        let (instead_of, rest, other_files) = editing.unwrap_or_default();
        let files = self.attached.replace(other_files);
        let question = draft.try_update(|draft| std::mem::replace(draft, rest)).unwrap_or_default();
        let question = self.transcript.ask(question, files, instead_of.as_deref());
        self.answer(&question);
    }

    /// Asks the last question again. What had arrived of the answer stays beside the new one.
    pub fn retry(self) {
        let last = self.transcript.last().map(|entry| entry.id);
        if let Some(last) = last {
            self.regenerate(&last);
        }
    }

    /// Has a question answered again; the answer that there is stays beside the new one. The question may also be one that
    /// nobody has answered.
    pub fn regenerate(self, id: &str) {
        if !self.is_busy() {
            let answer = self.transcript.regenerate(id);
            self.begin(&answer);
        }
    }

    /// Lets an answer that was cut off go on.
    pub fn resume(self, answer: &str) {
        if !self.is_busy() && self.transcript.resume(answer) {
            self.begin(answer);
        }
    }

    /// Shows the version of a message before or after this one.
    pub fn step(self, id: &str, next: bool) {
        if !self.is_busy() {
            self.transcript.step(id, next);
        }
    }

    /// Puts a question into the box, to be asked otherwise.
    pub fn edit(self, question: &str) {
        let Some(entry) = self.transcript.entry(question) else { return };
        let (text, files) = entry.message.with_untracked(|message| (message.text.clone(), message.files.clone()));
        let files = self.attached.replace(files);
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
        if let Some(editing) = self.editing.try_update(Option::take).flatten() {
            self.transcript.draft.set(editing.draft);
            self.attached.replace(editing.files);
        }
    }

    /// Stops the answer that is being written. What has arrived stays.
    pub fn stop(self) {
        if !untrack(|| self.link.is_running()) {
            return;
        }
        let task =
            self.transcript.last().and_then(|entry| entry.message.with_untracked(|message| message.task.clone()));
        let at_ms = now_ms();
        self.link.end(Exit::new(Reason::Killed));
        self.stopped.set(task.map(|task| Stopped { task, at_ms }));
    }

    /// Leaves the conversation. The answer that is being written dies with the leaving, and is kept as far as it came.
    pub fn leave(self) {
        self.link.end(Exit::new(Reason::Interrupted));
        self.stop_editing();
        self.attached.replace(Vec::new());
        self.tuning.set(false);
        self.transcript.keep_conversation();
        self.stopped.set(None);
    }

    fn is_busy(self) -> bool {
        untrack(|| self.link.is_running() || self.arriving.get())
    }

    fn answer(self, question: &str) {
        let answer = self.transcript.answer(question);
        self.begin(&answer);
    }

    fn begin(self, answer: &str) {
        self.stopped.set(None);
        let transcript = self.transcript;
        let request = transcript.request(answer);
        self.link.start(chat(request), move |event| transcript.hear(event));
    }
}
