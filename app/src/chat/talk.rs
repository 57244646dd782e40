//! What a person can do in the open conversation: ask, stop, ask again.

use super::{
    api::chat,
    conversation::{Conversation, Message},
    history::History,
    message::ChatRequest,
    transcript::Transcript,
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
    /// The task that answers. It dies with the component that opened this.
    pub link: Link,
    /// The task that was stopped last, until the next begins.
    pub stopped: RwSignal<Option<Stopped>>,
    model: Signal<String>,
}

/// A task that was stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopped {
    /// Which.
    pub task: TaskId,
    /// When Stop was pressed, by the page's clock.
    pub at_ms: f64,
}

impl Talk {
    /// Links the transcript to the tasks that will write it. To be called in a component's body: the link ends with it.
    #[must_use]
    pub fn new(transcript: Transcript, model: Signal<String>) -> Self {
        let link = Link::new(move |exit| transcript.end(exit));
        Self { transcript, link, stopped: RwSignal::new(None), model }
    }

    /// Asks what has been typed. Does nothing while an answer is being written, or with nothing typed: then whatever
    /// stands in the box stays there.
    pub fn ask(self) {
        let draft = self.transcript.draft;
        if self.is_busy() || draft.with_untracked(|text| text.trim().is_empty()) {
            return;
        }
        let question = draft.try_update(std::mem::take).unwrap_or_default();
        self.transcript.push(Message::question(question));
        self.answer();
    }

    /// Asks the last question again. What had arrived of the answer stays, above the new one.
    pub fn retry(self) {
        if !self.is_busy() {
            self.transcript.drop_blank();
            self.answer();
        }
    }

    /// Stops the answer that is being written. What has arrived stays.
    pub fn stop(self) {
        if !self.is_busy() {
            return;
        }
        let task = self.transcript.last().and_then(|message| message.with_untracked(|message| message.task.clone()));
        let at_ms = now_ms();
        self.link.end(Exit::new(Reason::Killed));
        self.stopped.set(task.map(|task| Stopped { task, at_ms }));
    }

    /// Opens another conversation. The answer that is being written in this one dies with the leaving, and is kept as
    /// far as it came.
    pub fn open(self, choose: impl FnOnce(&mut History)) {
        self.link.end(Exit::new(Reason::Interrupted));
        self.transcript.save();
        self.transcript.history.update(choose);
        self.stopped.set(None);
        self.transcript.load();
        self.transcript.save();
    }

    /// Puts a question that was asked before back into the box, after what stands there.
    pub fn reuse(self, question: &str) {
        self.transcript.draft.update(|draft| {
            if !draft.is_empty() {
                draft.push('\n');
            }
            draft.push_str(question);
        });
    }

    fn is_busy(self) -> bool {
        untrack(|| self.link.is_running())
    }

    fn answer(self) {
        self.stopped.set(None);
        let request = self.request();
        self.transcript.begin();
        let transcript = self.transcript;
        self.link.start(chat(request), move |event| transcript.hear(event));
    }

    fn request(self) -> ChatRequest {
        Conversation::request(&self.transcript.messages(), self.model.get_untracked())
    }
}
