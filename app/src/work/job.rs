//! Long work that a person sees the progress of, and may cancel.

use crate::work::time_slice::Pace;
use leptos::prelude::*;

/// Work of which `done` of `all` units are done.
pub trait Watch {
    /// To be called every few milliseconds. Lets the browser draw when it is time.
    ///
    /// # Errors
    /// The person has cancelled.
    fn go_on(&mut self, done: usize) -> impl Future<Output = Result<(), Cancelled>>;
}

/// The person has cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// In slices, but nobody watches.
#[derive(Debug)]
pub struct Unwatched(Pace);

impl Unwatched {
    /// A slice begins now.
    #[must_use]
    pub fn new() -> Self {
        Self(Pace::new())
    }
}

impl Watch for Unwatched {
    async fn go_on(&mut self, _done: usize) -> Result<(), Cancelled> {
        if self.0.is_over() {
            self.0.rest().await;
        }
        Ok(())
    }
}

/// The work that is under way, as the page shows it.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// How far it is, in words; empty when nothing is under way.
    pub words: RwSignal<String>,
    /// Whether Cancel was pressed.
    cancelled: RwSignal<bool>,
}

impl Job {
    /// Nothing is under way.
    #[must_use]
    pub fn new() -> Self {
        Self { words: RwSignal::new(String::new()), cancelled: RwSignal::new(false) }
    }

    /// Whether anything is under way.
    #[must_use]
    pub fn is_running(self) -> bool {
        !self.words.with(String::is_empty)
    }

    /// Work begins: `verb` says what is done to `all` of its units, `of` says what these are; `%` stands for the part of them that is done.
    #[must_use]
    pub fn begin(self, verb: &'static str, all: usize, of: &'static str) -> Progress {
        self.cancelled.set(false);
        let progress = Progress { job: self, verb, all, of, pace: Pace::new() };
        progress.tell(0);
        progress
    }

    /// It ends at the next place where it can.
    pub fn cancel(self) {
        self.cancelled.set(true);
    }

    /// It has ended.
    pub fn end(self) {
        self.words.set(String::new());
    }
}

/// The progress of one piece of work.
#[derive(Debug)]
pub struct Progress {
    job: Job,
    verb: &'static str,
    all: usize,
    of: &'static str,
    pace: Pace,
}

impl Progress {
    fn tell(&self, done: usize) {
        self.job.words.set(words(self.verb, done, self.all, self.of));
    }
}

impl Watch for Progress {
    async fn go_on(&mut self, done: usize) -> Result<(), Cancelled> {
        if self.pace.is_over() {
            self.tell(done);
            self.pace.rest().await;
        }
        if self.job.cancelled.get_untracked() { Err(Cancelled) } else { Ok(()) }
    }
}

fn words(verb: &str, done: usize, all: usize, of: &str) -> String {
    if of == "%" {
        return [verb, ": ", &(done.min(all) / (all / 100).max(1)).min(100).to_string(), " %"].concat();
    }
    [verb, ": ", &done.min(all).to_string(), " of ", &all.to_string(), " ", of].concat()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Cancels after so many calls.
    pub(crate) struct After(pub(crate) usize);

    impl Watch for After {
        async fn go_on(&mut self, _done: usize) -> Result<(), Cancelled> {
            self.0 = self.0.checked_sub(1).ok_or(Cancelled)?;
            Ok(())
        }
    }

    #[test]
    fn progress_is_a_sentence() {
        assert_eq!(words("Importing", 3, 10, "messages"), "Importing: 3 of 10 messages");
        assert_eq!(words("Reading", 3_000_000_000, 4_000_000_000, "%"), "Reading: 75 %");
        assert_eq!(words("Reading", 0, 0, "%"), "Reading: 0 %");
    }
}
