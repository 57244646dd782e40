//! An answer while it is written: what each event does to it, and how it comes back when it was left.

use super::Message;
use crate::chat::protocol::{
    answer::{AnswerItem, Event, Exit},
    message::{Delta, Was},
};
use starcrossed::Reason;
use std::mem;

/// An answer that was kept this recently may have a writer that can't be told of yet: its record is written at once, and the
/// sign that the writer lives takes effect a moment later. In milliseconds.
pub const GRACE_MS: u64 = 700;

impl Message {
    /// What an event does to the answer that it is about. Nothing that has arrived is ever taken back.
    pub fn apply(&mut self, event: Event, now_ms: u64) {
        match event {
            Event::Start { task } => self.task = Some(task),
            Event::Item(AnswerItem::Delta(delta)) => self.add(delta, now_ms),
            Event::Exit(exit) => self.end(exit, now_ms),
            Event::Item(AnswerItem::Progress(_)) => {}
        }
    }

    fn add(&mut self, delta: Delta, now_ms: u64) {
        if self.has_waited_again() {
            self.began_ms = now_ms.saturating_sub(self.took_ms);
        }
        self.deltas += u64::from(!matches!(delta, Delta::TextWas(_)));
        self.took_ms = now_ms.saturating_sub(self.began_ms).max(1);
        if self.first_ms == 0 {
            self.first_ms = self.took_ms;
        }
        match delta {
            Delta::Text(text) => {
                // What begins with text hasn't thought, though it may have the last time.
                if self.text.is_empty() && self.deltas > 1 {
                    self.stop_thinking();
                }
                self.text.push_str(&text);
            }
            Delta::Reasoning(text) => {
                self.reasoning.push_str(&text);
                if self.text.is_empty() {
                    self.stop_thinking();
                }
            }
            Delta::TextWas(Was::Reasoning) => {
                self.reasoning.push_str(&mem::take(&mut self.text));
                self.stop_thinking();
            }
        }
    }

    /// Whether it has gone on, and nothing has come of that yet: the wait for it was no writing, and counts for nothing.
    pub(super) fn has_waited_again(&self) -> bool {
        self.deltas == 0 && self.first_ms > 0
    }

    /// The thought has lasted until now, if there is one.
    fn stop_thinking(&mut self) {
        if !self.reasoning.is_empty() {
            self.thought_ms = self.took_ms.saturating_sub(self.first_ms).max(1);
        }
    }

    fn end(&mut self, exit: Exit, now_ms: u64) {
        if !self.has_waited_again() {
            self.took_ms = now_ms.saturating_sub(self.began_ms);
        }
        let tokens = exit.result.usage.map_or(self.deltas, |usage| usage.completion_tokens);
        self.tokens = self.tokens.saturating_add(tokens);
        self.exit = Some(exit);
    }

    /// It begins anew, after it came to no more than a thought: that stays, and what the model now thinks is added.
    pub fn restart(&mut self, writer: String, now_ms: u64) {
        self.took_ms = 0;
        self.first_ms = 0;
        self.tokens = 0;
        self.resume(writer, now_ms);
        if !self.reasoning.is_empty() {
            self.reasoning.push_str("\n\n");
        }
    }

    /// It goes on: what arrives is added to what is there.
    pub fn resume(&mut self, writer: String, now_ms: u64) {
        // The model says what comes next, and many servers refuse a last message that ends in blanks.
        self.text.truncate(self.text.trim_end().len());
        if self.text.is_empty() {
            self.reasoning.truncate(self.reasoning.trim_end().len());
        }
        self.writer = writer;
        self.began_ms = now_ms.saturating_sub(self.took_ms);
        self.saved_ms = now_ms;
        self.deltas = 0;
        self.task = None;
        self.exit = None;
    }

    /// Read back from where it was kept: an answer that nobody writes any more was interrupted. `writer` is this tab,
    /// which writes nothing when it has just opened the conversation. `is_alive` says whether any page writes the answer.
    pub fn mark_interrupted(&mut self, writer: &str, is_alive: bool, now_ms: u64) {
        let is_over = !is_alive && now_ms.abs_diff(self.saved_ms) > GRACE_MS;
        if self.exit.is_none() && (self.writer == writer || is_over) {
            let took_ms = self.took_ms;
            self.end(Exit::new(Reason::Interrupted), now_ms);
            self.took_ms = took_ms;
        }
    }
}

#[cfg(test)]
mod tests;
