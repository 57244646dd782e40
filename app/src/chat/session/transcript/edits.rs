//! The changes to a conversation. Each one goes to the tree first, then to the page, then to the store.

use super::Transcript;
use crate::{
    browser::random_id,
    chat::{
        conversation::{Conversation, File, Provenance},
        session::entry,
        storage::session_storage,
    },
};
use leptos::prelude::*;

impl Transcript {
    /// Adds a question after the shown branch, or as another version of `instead_of`. Returns its id.
    pub fn ask(self, text: String, files: Vec<File>, instead_of: Option<&str>) -> String {
        self.store.enable_saving();
        let stamp = session_storage::provenance();
        let id = stamp.id.clone();
        self.tree.update(|tree| {
            if tree.conversation.id.is_empty() {
                tree.conversation.id = random_id();
            }
            match instead_of.filter(|question| tree.message(question).is_some()) {
                Some(question) => tree.edit(stamp, question, text, files),
                None => tree.ask(stamp, text, files),
            }
        });
        self.show();
        self.persist_by_id(&id);
        id
    }

    /// Adds an empty answer to a question. Returns its id.
    pub fn answer(self, question: &str) -> String {
        let stamp = session_storage::provenance();
        let id = stamp.id.clone();
        self.tree.update(|tree| tree.answer(stamp, question, self.model.get_untracked()));
        self.begin(&id);
        id
    }

    /// Adds another version of an answer, or the first answer to a question. Returns its id.
    pub fn regenerate(self, id: &str) -> String {
        let stamp = session_storage::provenance();
        let anew = self.tree.try_update(|tree| tree.regenerate(stamp, id, self.model.get_untracked()));
        match anew.flatten() {
            Some(answer) => {
                self.begin(&answer);
                answer
            }
            None => self.answer(id),
        }
    }

    /// Adds one empty answer of each model to a question. Returns their ids.
    pub fn compare(self, question: &str, models: Vec<String>) -> Vec<String> {
        let answers: Vec<_> = models.into_iter().map(|model| (session_storage::provenance(), model)).collect();
        let ids: Vec<String> = answers.iter().map(|(stamp, _)| stamp.id.clone()).collect();
        self.tree.update(|tree| tree.compare(answers, question, &random_id()));
        self.deltas.set(0);
        self.progress.set(None);
        self.show();
        for id in &ids {
            self.persist_by_id(id);
        }
        ids
    }

    /// The question and the models of a comparison. None if the answer belongs to none.
    pub fn compared_models(self, answer: &str) -> Option<(String, Vec<String>)> {
        self.tree.with_untracked(|tree| {
            let alternatives = tree.alternatives(answer);
            let models = alternatives.iter().map(|answer| answer.model.clone()).collect();
            Some((alternatives.first()?.parent.clone()?, models))
        })
    }

    /// Restarts an answer of a comparison that has no text. Returns false for any other answer.
    pub fn restart(self, answer: &str) -> bool {
        self.begin_if(answer, Conversation::restart)
    }

    /// Continues an answer that was cut off. Returns false if it cannot continue.
    pub fn resume(self, answer: &str) -> bool {
        self.begin_if(answer, Conversation::resume)
    }

    fn begin_if(self, answer: &str, can: fn(&mut Conversation, Provenance, &str) -> bool) -> bool {
        let can = self.tree.try_update(|tree| can(tree, session_storage::provenance(), answer)).unwrap_or(false);
        if can {
            self.begin(answer);
        }
        can
    }

    /// Shows an answer that starts or continues, and stores it.
    fn begin(self, answer: &str) {
        self.deltas.set(0);
        self.progress.set(None);
        self.entries.update(|entries| entry::retain(entries, &|entry| entry.id != answer));
        self.show();
        self.persist_begun(answer);
    }
}
