//! The starts of a job, and those that wait. No signal is in here, so every order of events can be tested natively.

use super::machine::Phase;
use std::collections::VecDeque;

/// The effect of a start while a task runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenRunning {
    /// The start is ignored.
    #[default]
    Ignore,
    /// The task is stopped, and another starts.
    Replace,
    /// The start waits for the task to end. At most so many wait; more are ignored.
    Queue(usize),
}

/// The starts of one job. `A` is what a task is started with.
#[derive(Debug)]
pub(super) struct Starts<A> {
    pub(super) policy: WhenRunning,
    waiting: VecDeque<A>,
    /// Whether a start has been granted that waits for the exit of the task before. It is not to be overtaken.
    is_taken: bool,
}

impl<A> Starts<A> {
    pub(super) fn new() -> Self {
        Self { policy: WhenRunning::default(), waiting: VecDeque::new(), is_taken: false }
    }

    /// Returns what to start now, whatever runs; none where nothing is to start now. A start that waits goes before one that
    /// is asked for when a task has ended.
    pub(super) fn ask(&mut self, phase: Phase, arguments: A) -> Option<A> {
        if self.is_taken {
            return None;
        }
        let is_free = phase != Phase::Running && self.waiting.is_empty();
        match self.policy {
            _ if is_free => return Some(arguments),
            WhenRunning::Replace => return Some(arguments),
            WhenRunning::Queue(most) if self.waiting.len() < most => self.waiting.push_back(arguments),
            WhenRunning::Queue(_) | WhenRunning::Ignore => {}
        }
        None
    }

    /// The start that has waited longest.
    pub(super) fn next(&mut self) -> Option<A> {
        self.waiting.pop_front()
    }

    /// Grants nothing until [`release`](Self::release): a start is on its way.
    pub(super) fn take(&mut self) {
        self.is_taken = true;
    }

    pub(super) fn release(&mut self) {
        self.is_taken = false;
    }

    /// Forgets all that wait: they were stopped too.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(policy: WhenRunning) -> Starts<u32> {
        Starts { policy, ..Starts::new() }
    }

    #[test]
    fn a_start_is_granted_while_no_task_runs() {
        for policy in [WhenRunning::Ignore, WhenRunning::Replace, WhenRunning::Queue(1)] {
            assert_eq!(with(policy).ask(Phase::Idle, 1), Some(1));
            assert_eq!(with(policy).ask(Phase::Stopping, 1), Some(1), "stop and start in one handler starts");
        }
    }

    #[test]
    fn while_a_task_runs_the_policy_decides() {
        let mut starts = with(WhenRunning::Ignore);
        assert_eq!((starts.ask(Phase::Running, 1), starts.next()), (None, None));
        let mut starts = with(WhenRunning::Replace);
        assert_eq!((starts.ask(Phase::Running, 1), starts.next()), (Some(1), None));
        let mut starts = with(WhenRunning::Queue(2));
        for n in 1..=3 {
            assert_eq!(starts.ask(Phase::Running, n), None);
        }
        assert_eq!([starts.next(), starts.next(), starts.next()], [Some(1), Some(2), None], "the third had no place");
    }

    #[test]
    fn a_start_that_waits_is_not_overtaken() {
        let mut starts = with(WhenRunning::Queue(2));
        starts.ask(Phase::Running, 1);
        assert_eq!(starts.ask(Phase::Idle, 2), None, "asked for by whoever hears the exit");
        assert_eq!([starts.next(), starts.next()], [Some(1), Some(2)]);
        let mut starts = with(WhenRunning::Ignore);
        starts.take();
        assert_eq!(starts.ask(Phase::Idle, 3), None, "a restart is on its way");
        starts.release();
        assert_eq!(starts.ask(Phase::Idle, 4), Some(4));
    }

    #[test]
    fn a_stop_forgets_the_starts_that_wait() {
        let mut starts = with(WhenRunning::Queue(2));
        starts.ask(Phase::Running, 1);
        starts.forget();
        assert_eq!(starts.next(), None);
    }
}
