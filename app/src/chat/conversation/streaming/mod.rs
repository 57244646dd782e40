//! An answer while it is written: the effect of each event, and of an interruption.

use super::Message;
use crate::chat::protocol::{
    answer::{AnswerItem, Event, Exit},
    message::{Delta, Was},
};
use starcrossed::Reason;
use std::mem;

/// An answer that was saved more recently than this, in milliseconds, may have a writer that can't be detected yet: its record
/// is written at once, and its lock takes effect a moment later.
pub const GRACE_MS: u64 = 700;

impl Message {
    /// Applies an event to this answer. Text that has arrived is never removed.
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
                // An answer that begins with text has no reasoning, unless it has some from before it was restarted.
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

    /// Whether the answer was continued and has no new delta yet. This wait doesn't count as writing time.
    pub(super) fn has_waited_again(&self) -> bool {
        self.deltas == 0 && self.first_ms > 0
    }

    /// Sets the end of the reasoning to now, if there is any.
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

    /// Restarts an answer that has no more than reasoning. The reasoning stays, and the new one is appended.
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

    /// Marks an unfinished answer as interrupted if no page writes it any more. `writer` is this tab, which writes nothing in a
    /// conversation that it has just opened. `is_alive` says whether any page writes the answer.
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
