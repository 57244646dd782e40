//! The states of a link. No signal, clock or network is in here, so every order of events can be tested natively.

use futures::future::{AbortHandle, AbortRegistration};

/// The state of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
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

/// A link's state, and the handle of its run.
#[derive(Debug, Default)]
pub(super) struct Machine {
    state: State,
    run: Run,
    task: Option<AbortHandle>,
}

impl Machine {
    pub(super) const fn state(&self) -> State {
        self.state
    }

    /// Begins a run. None while another runs or stops.
    pub(super) fn start(&mut self) -> Option<(AbortHandle, AbortRegistration)> {
        if self.state != State::Idle {
            return None;
        }
        let (task, registration) = AbortHandle::new_pair();
        *self = Self { state: State::Running, run: self.run.wrapping_add(1), task: Some(task.clone()) };
        Some((task, registration))
    }

    /// Drops the stream of the run. Returns which run it was; none where there is nothing to stop.
    pub(super) fn stop(&mut self) -> Option<Run> {
        if self.state != State::Running {
            return None;
        }
        self.state = State::Stopping;
        self.abort();
        Some(self.run)
    }

    /// Ends this run, if it is the one that stops.
    pub(super) fn stopped(&mut self, run: Run) -> bool {
        self.state == State::Stopping && self.run == run && self.end()
    }

    /// Ends the run, in whatever state it is. Returns whether there was one.
    pub(super) fn end(&mut self) -> bool {
        self.abort();
        std::mem::take(&mut self.state) != State::Idle
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

    #[test]
    fn a_run_ends_once() {
        let mut link = Machine::default();
        assert!(!link.end(), "nothing runs");
        let (task, _) = link.start().unwrap();
        assert_eq!((link.state(), task.is_aborted()), (State::Running, false));
        assert!(link.end());
        assert!(task.is_aborted());
        assert!(!link.end(), "the run has ended");
        assert_eq!(link.state(), State::Idle);
    }

    #[test]
    fn only_one_run_goes_on_at_a_time() {
        let mut link = Machine::default();
        let (task, _) = link.start().unwrap();
        assert!(link.start().is_none());
        assert!(!task.is_aborted());
        link.stop();
        assert!(link.start().is_none(), "its exit comes first");
    }

    #[test]
    fn stop_drops_the_stream_at_once_and_the_exit_follows() {
        let mut link = Machine::default();
        let (task, _) = link.start().unwrap();
        let run = link.stop().unwrap();
        assert_eq!((link.state(), task.is_aborted()), (State::Stopping, true));
        assert_eq!(link.stop(), None, "a second Stop does nothing");
        assert!(link.stopped(run));
        assert_eq!(link.state(), State::Idle);
    }

    #[test]
    fn the_late_exit_of_a_stopped_run_never_ends_the_next_run() {
        let mut link = Machine::default();
        link.start().unwrap();
        let first = link.stop().unwrap();
        assert!(link.end(), "it was left, or started again");
        let (task, _) = link.start().unwrap();
        assert!(!link.stopped(first));
        assert_eq!((link.state(), task.is_aborted()), (State::Running, false));
        let second = link.stop().unwrap();
        assert!(!link.stopped(first));
        assert!(link.stopped(second));
    }

    /// Every sequence of eight calls.
    #[test]
    fn every_start_has_one_end_whatever_the_order() {
        for order in 0..4_u32.pow(8) {
            let (mut link, mut started, mut ended, mut stopping) = (Machine::default(), 0, 0, None);
            for step in (0..8).map(|step| order / 4_u32.pow(step) % 4) {
                match step {
                    0 => started += u32::from(link.start().is_some()),
                    1 => stopping = link.stop().or(stopping),
                    2 => ended += u32::from(stopping.is_some_and(|run| link.stopped(run))),
                    _ => ended += u32::from(link.end()),
                }
                assert_eq!(started - ended, u32::from(link.state() != State::Idle));
            }
        }
    }
}
