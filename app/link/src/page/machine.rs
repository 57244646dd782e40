//! The phases of a link. No signal, clock or network is in here, so every order of events can be tested natively.

use crate::Exit;
use futures::future::{AbortHandle, AbortRegistration};
use std::mem;

/// The phase of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// No task runs.
    #[default]
    Idle,
    /// A task runs.
    Running,
    /// The stream has been dropped. The exit comes next.
    Stopping,
}

/// The number of a run: each start counts one.
pub(super) type Run = u32;

/// A link's phase, and the handle of its run. Every run has one exit.
#[derive(Debug)]
pub(super) struct Machine<R> {
    phase: Phase,
    run: Run,
    task: Option<AbortHandle>,
    /// The exit of a run that is being stopped.
    exit: Option<Exit<R>>,
}

impl<R> Machine<R> {
    pub(super) const fn new() -> Self {
        Self { phase: Phase::Idle, run: 0, task: None, exit: None }
    }

    pub(super) const fn phase(&self) -> Phase {
        self.phase
    }

    /// Begins a run. None while another runs or stops.
    pub(super) fn start(&mut self) -> Option<(AbortHandle, AbortRegistration)> {
        if self.phase != Phase::Idle {
            return None;
        }
        let (task, registration) = AbortHandle::new_pair();
        *self = Self { phase: Phase::Running, run: self.run.wrapping_add(1), task: Some(task.clone()), exit: None };
        Some((task, registration))
    }

    /// Drops the stream of the run, whose exit is to be this one. Returns which run it was; none where there is nothing to stop.
    pub(super) fn stop(&mut self, exit: Exit<R>) -> Option<Run> {
        if self.phase != Phase::Running {
            return None;
        }
        self.phase = Phase::Stopping;
        self.exit = Some(exit);
        self.abort();
        Some(self.run)
    }

    /// Ends this run, if it is the one that stops. Returns its exit.
    pub(super) fn stopped(&mut self, run: Run) -> Option<Exit<R>> {
        if self.phase != Phase::Stopping || self.run != run {
            return None;
        }
        self.phase = Phase::Idle;
        self.exit.take()
    }

    /// Ends the run, in whatever phase it is. Returns its exit: of one that stops its own, otherwise `exit`. None where there
    /// was no run.
    pub(super) fn end(&mut self, exit: Exit<R>) -> Option<Exit<R>> {
        self.abort();
        match mem::take(&mut self.phase) {
            Phase::Idle => None,
            Phase::Running => Some(exit),
            Phase::Stopping => self.exit.take(),
        }
    }

    fn abort(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    fn machine() -> Machine<()> {
        Machine::new()
    }

    fn killed() -> Exit {
        Exit::new(Reason::Killed)
    }

    fn normal() -> Exit {
        Exit::new(Reason::Normal)
    }

    #[test]
    fn a_run_ends_once() {
        let mut link = machine();
        assert_eq!(link.end(normal()), None, "nothing runs");
        let (task, _) = link.start().unwrap();
        assert_eq!((link.phase(), task.is_aborted()), (Phase::Running, false));
        assert_eq!(link.end(normal()), Some(normal()));
        assert!(task.is_aborted());
        assert_eq!(link.end(normal()), None, "the run has ended");
        assert_eq!(link.phase(), Phase::Idle);
    }

    #[test]
    fn only_one_run_goes_on_at_a_time() {
        let mut link = machine();
        let (task, _) = link.start().unwrap();
        assert!(link.start().is_none());
        assert!(!task.is_aborted());
        link.stop(killed());
        assert!(link.start().is_none(), "its exit comes first");
    }

    #[test]
    fn stop_drops_the_stream_at_once_and_the_exit_follows() {
        let mut link = machine();
        let (task, _) = link.start().unwrap();
        let run = link.stop(Exit::with_message(Reason::Killed, "superseded")).unwrap();
        assert_eq!((link.phase(), task.is_aborted()), (Phase::Stopping, true));
        assert_eq!(link.stop(killed()), None, "a second Stop does nothing");
        assert_eq!(link.stopped(run), Some(Exit::with_message(Reason::Killed, "superseded")));
        assert_eq!(link.phase(), Phase::Idle);
    }

    #[test]
    fn a_page_that_is_left_while_it_stops_was_stopped() {
        let mut link = machine();
        link.start().unwrap();
        let run = link.stop(killed()).unwrap();
        assert_eq!(link.end(Exit::new(Reason::Interrupted)), Some(killed()));
        assert_eq!(link.stopped(run), None);
    }

    #[test]
    fn the_late_exit_of_a_stopped_run_never_ends_the_next_run() {
        let mut link = machine();
        link.start().unwrap();
        let first = link.stop(killed()).unwrap();
        assert!(link.end(normal()).is_some(), "it was left, or started again");
        let (task, _) = link.start().unwrap();
        assert_eq!(link.stopped(first), None);
        assert_eq!((link.phase(), task.is_aborted()), (Phase::Running, false));
        let second = link.stop(killed()).unwrap();
        assert_eq!(link.stopped(first), None);
        assert_eq!(link.stopped(second), Some(killed()));
    }

    /// Every sequence of eight calls.
    #[test]
    fn every_start_has_one_end_whatever_the_order() {
        for order in 0..4_u32.pow(8) {
            let (mut link, mut started, mut ended, mut stopping) = (machine(), 0, 0, None);
            for step in (0..8).map(|step| order / 4_u32.pow(step) % 4) {
                match step {
                    0 => started += u32::from(link.start().is_some()),
                    1 => stopping = link.stop(killed()).or(stopping),
                    2 => ended += u32::from(stopping.is_some_and(|run| link.stopped(run).is_some())),
                    _ => ended += u32::from(link.end(normal()).is_some()),
                }
                assert_eq!(started - ended, u32::from(link.phase() != Phase::Idle));
            }
        }
    }
}
