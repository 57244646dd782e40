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
}

impl<A> Starts<A> {
    pub(super) fn new() -> Self {
        Self { policy: WhenRunning::default(), waiting: VecDeque::new() }
    }

    /// Returns what to start now, whatever runs; none where nothing is to start now.
    pub(super) fn ask(&mut self, phase: Phase, arguments: A) -> Option<A> {
        match (phase, self.policy) {
            (Phase::Idle | Phase::Stopping, _) | (_, WhenRunning::Replace) => return Some(arguments),
            (_, WhenRunning::Queue(most)) if self.waiting.len() < most => self.waiting.push_back(arguments),
            (_, WhenRunning::Queue(_) | WhenRunning::Ignore) => {}
        }
        None
    }

    /// The start that has waited longest.
    pub(super) fn next(&mut self) -> Option<A> {
        self.waiting.pop_front()
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
    fn a_stop_forgets_the_starts_that_wait() {
        let mut starts = with(WhenRunning::Queue(2));
        starts.ask(Phase::Running, 1);
        starts.forget();
        assert_eq!(starts.next(), None);
    }
}
