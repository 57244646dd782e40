//! Long work that a person sees the progress of, and may cancel.

use crate::work::time_slice::TimeSlice;
use leptos::prelude::*;

/// Work of which `done` of `all` units are done.
pub trait Progress {
    /// To be called every few milliseconds. Lets the browser draw when it is time.
    ///
    /// # Errors
    /// The person has cancelled.
    fn checkpoint(&mut self, done: usize) -> impl Future<Output = Result<(), Cancelled>>;
}

/// The person has cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// In slices, but nobody watches.
#[derive(Debug)]
pub struct NoProgress(TimeSlice);

impl NoProgress {
    /// A slice begins now.
    #[must_use]
    pub fn new() -> Self {
        Self(TimeSlice::new())
    }
}

impl Progress for NoProgress {
    async fn checkpoint(&mut self, _done: usize) -> Result<(), Cancelled> {
        if self.0.is_over() {
            self.0.yield_now().await;
        }
        Ok(())
    }
}

/// The work that is under way, as the page shows it.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// How far it is, in words; empty when nothing is under way.
    pub status: RwSignal<String>,
    /// Whether Cancel was pressed.
    cancelled: RwSignal<bool>,
}

impl Job {
    /// Nothing is under way.
    #[must_use]
    pub fn new() -> Self {
        Self { status: RwSignal::new(String::new()), cancelled: RwSignal::new(false) }
    }

    /// Whether anything is under way.
    #[must_use]
    pub fn is_running(self) -> bool {
        !self.status.with(String::is_empty)
    }

    /// Work begins: `verb` says what is done to `all` of its units, `of` says what these are; `%` stands for the part of them that is done.
    #[must_use]
    pub fn start(self, verb: &'static str, all: usize, of: &'static str) -> JobProgress {
        self.cancelled.set(false);
        let progress = JobProgress { job: self, verb, all, of, slice: TimeSlice::new() };
        progress.show(0);
        progress
    }

    /// It ends at the next place where it can.
    pub fn cancel(self) {
        self.cancelled.set(true);
    }

    /// It has ended.
    pub fn finish(self) {
        self.status.set(String::new());
    }
}

/// The progress of one piece of work.
#[derive(Debug)]
pub struct JobProgress {
    job: Job,
    verb: &'static str,
    all: usize,
    of: &'static str,
    slice: TimeSlice,
}

impl JobProgress {
    fn show(&self, done: usize) {
        self.job.status.set(status_text(self.verb, done, self.all, self.of));
    }
}

impl Progress for JobProgress {
    async fn checkpoint(&mut self, done: usize) -> Result<(), Cancelled> {
        if self.slice.is_over() {
            self.show(done);
            self.slice.yield_now().await;
        }
        if self.job.cancelled.get_untracked() { Err(Cancelled) } else { Ok(()) }
    }
}

fn status_text(verb: &str, done: usize, all: usize, of: &str) -> String {
    if of == "%" {
        return [verb, ": ", &(done.min(all) / (all / 100).max(1)).min(100).to_string(), " %"].concat();
    }
    [verb, ": ", &done.min(all).to_string(), " of ", &all.to_string(), " ", of].concat()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Cancels after so many calls.
    pub(crate) struct CancelAfter(pub(crate) usize);

    impl Progress for CancelAfter {
        async fn checkpoint(&mut self, _done: usize) -> Result<(), Cancelled> {
            self.0 = self.0.checked_sub(1).ok_or(Cancelled)?;
            Ok(())
        }
    }

    #[test]
    fn progress_is_a_sentence() {
        assert_eq!(status_text("Importing", 3, 10, "messages"), "Importing: 3 of 10 messages");
        assert_eq!(status_text("Reading", 3_000_000_000, 4_000_000_000, "%"), "Reading: 75 %");
        assert_eq!(status_text("Reading", 0, 0, "%"), "Reading: 0 %");
    }
}
