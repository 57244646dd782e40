//! Long work that shows its progress and can be cancelled.

use crate::work::time_slice::TimeSlice;
use leptos::prelude::*;

/// The progress of long work.
pub trait Progress {
    /// To be called every few milliseconds, with the number of units done. At the end of a time slice it lets the browser draw.
    ///
    /// # Errors
    /// The person has cancelled.
    fn checkpoint(&mut self, done: usize) -> impl Future<Output = Result<(), Cancelled>>;
}

/// The person has cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// Work in slices that shows no progress and can't be cancelled.
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

/// The work that is running, as the page shows it.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// The progress as a text; empty while nothing is running.
    pub status: RwSignal<String>,
    /// Whether Cancel was pressed.
    cancelled: RwSignal<bool>,
}

impl Job {
    /// No work is running.
    #[must_use]
    pub fn new() -> Self {
        Self { status: RwSignal::new(String::new()), cancelled: RwSignal::new(false) }
    }

    /// Whether work is running.
    #[must_use]
    pub fn is_running(self) -> bool {
        !self.status.with(String::is_empty)
    }

    /// Starts work on `all` units. `verb` says what is done to them, and `of` names them; `%` shows a percentage instead.
    #[must_use]
    pub fn start(self, verb: &'static str, all: usize, of: &'static str) -> JobProgress {
        self.cancelled.set(false);
        let progress = JobProgress { job: self, verb, all, of, slice: TimeSlice::new() };
        progress.show(0);
        progress
    }

    /// Ends the work at its next checkpoint.
    pub fn cancel(self) {
        self.cancelled.set(true);
    }

    /// Clears the progress after the end of the work.
    pub fn finish(self) {
        self.status.set(String::new());
    }
}

/// The progress that a [`Job`] shows.
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

    /// Cancels after this number of calls.
    pub(crate) struct CancelAfter(pub(crate) usize);

    impl Progress for CancelAfter {
        async fn checkpoint(&mut self, _done: usize) -> Result<(), Cancelled> {
            self.0 = self.0.checked_sub(1).ok_or(Cancelled)?;
            Ok(())
        }
    }

    #[test]
    fn progress_is_a_short_text() {
        assert_eq!(status_text("Importing", 3, 10, "messages"), "Importing: 3 of 10 messages");
        assert_eq!(status_text("Reading", 3_000_000_000, 4_000_000_000, "%"), "Reading: 75 %");
        assert_eq!(status_text("Reading", 0, 0, "%"), "Reading: 0 %");
    }
}
