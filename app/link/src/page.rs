//! The page's end of the link: a running task, if there is one, and the one handler of its exit.

mod job;
mod leaving;
mod links;
mod machine;
mod pacing;
mod silence;
mod starts;
mod state;

pub use job::{Job, use_link, use_link_fold};
pub use links::{Links, use_links};
pub use starts::WhenRunning;
pub use state::State;

use crate::{Event, EventStream, Exit, Reason};
use futures::future::{AbortHandle, Abortable, FutureExt};
use leaving::{Leaving, on_leave};
use leptos::{prelude::*, task::spawn_local};
use machine::{Machine, Phase};
use pacing::{Pacing, yield_once};
use silence::Silence;

/// Whether this is the page, and not the server that draws it.
const IS_PAGE: bool = cfg!(target_family = "wasm");

/// A component holds one while a task works for it. It is made once, in the component's body. The task dies when the
/// component is unmounted, or the page is left. Copies are the same link; dropping one ends nothing.
#[derive(Debug)]
pub struct Link<R: 'static = ()> {
    machine: RwSignal<Machine<R>>,
    on_exit: Callback<(Self, Exit<R>)>,
}

impl<R> Clone for Link<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Link<R> {}

impl<R: Default + Send + Sync + 'static> Link<R> {
    /// `on_exit` is called with each task's exit: once, after all else, whichever side ended the task.
    pub fn new(on_exit: impl Fn(Exit<R>) + Send + Sync + 'static) -> Self {
        Self::told(move |_, exit| on_exit(exit))
    }

    /// The same. `on_exit` is told which link it is, too.
    fn told(on_exit: impl Fn(Self, Exit<R>) + Send + Sync + 'static) -> Self {
        let on_exit = Callback::new(move |(link, exit)| on_exit(link, exit));
        let link = Self { machine: RwSignal::new(Machine::new()), on_exit };
        on_leave(move || link.end(Exit::new(Reason::Interrupted)));
        on_cleanup(move || link.close());
        link
    }

    /// Whether a task runs or is being stopped. Tracked.
    pub fn is_running(&self) -> bool {
        self.phase() != Phase::Idle
    }

    /// Starts a task by asking the server for its stream. `on_event` hears its events, but for the exit. A task that is being
    /// stopped has its exit first. Returns whether a task starts: none does while another runs, after the component is
    /// gone, and on the server, which has no page to work for.
    pub fn start<T: 'static, E: Into<Exit<R>> + 'static>(
        self,
        request: impl Future<Output = Result<EventStream<T, R>, E>> + 'static,
        on_event: impl Fn(Event<T, R>) + 'static,
    ) -> bool {
        if !IS_PAGE {
            return false;
        }
        if self.phase_untracked() == Phase::Stopping {
            self.end(Exit::new(Reason::Killed));
        }
        let Some((task, registration)) = self.change(Machine::start) else { return false };
        let run = async move {
            let leaving = Leaving::watch();
            let exit = match request.await {
                Ok(events) => listen(events, on_event, &task).await,
                Err(error) => error.into(),
            };
            let exit = leaving.judge(exit).await;
            if !task.is_aborted() {
                self.end(exit); // a run that was aborted has had its exit
            }
        };
        spawn_local(Abortable::new(run, registration).map(drop));
        true
    }

    /// Stops the task. It is not an error, and what has arrived stays.
    pub fn stop(self) {
        self.stop_with(Exit::new(Reason::Killed));
    }

    /// Stops the task, with this as its exit. Returns whether there was one to stop.
    ///
    /// A browser lets go of a connection only when it has done all else that it is doing: so here the stream is dropped and
    /// nothing else, and the exit comes after that. [`is_running`](Self::is_running) changes with the exit.
    pub fn stop_with(self, exit: Exit<R>) -> bool {
        let stopping = self.machine.try_maybe_update(|machine| (false, machine.stop(exit)));
        let Some(run) = stopping.flatten() else { return false };
        spawn_local(async move {
            yield_once().await;
            self.exit_by(|machine| machine.stopped(run));
        });
        true
    }

    /// Ends the task with this exit. Every exit, of whatever kind, passes here or by [`stop_with`](Self::stop_with), once.
    /// Does nothing while no task is running.
    pub fn end(self, exit: Exit<R>) {
        self.exit_by(|machine| machine.end(exit));
    }

    /// The component is gone. Its `on_exit` can start no further task, because nothing would end that task.
    fn close(self) {
        let exit = self.change(|machine| machine.end(Exit::new(Reason::Interrupted)));
        self.machine.dispose();
        if let Some(exit) = exit {
            self.on_exit.run((self, exit));
        }
    }

    fn phase(self) -> Phase {
        self.machine.try_with(Machine::phase).unwrap_or_default()
    }

    fn phase_untracked(self) -> Phase {
        self.machine.try_with_untracked(Machine::phase).unwrap_or_default()
    }

    fn exit_by(self, ended: impl FnOnce(&mut Machine<R>) -> Option<Exit<R>>) {
        if let Some(exit) = self.change(ended) {
            self.on_exit.run((self, exit));
        }
    }

    fn change<T>(self, change: impl FnOnce(&mut Machine<R>) -> Option<T>) -> Option<T> {
        let changed = self.machine.try_maybe_update(|machine| {
            let changed = change(machine);
            (changed.is_some(), changed)
        });
        changed.flatten()
    }
}

/// Hands on each event until the exit, and returns that. A stream that ends without one is never taken for complete. A task
/// that is aborted meanwhile delivers nothing more.
async fn listen<T: 'static, R: Default + 'static>(
    events: EventStream<T, R>,
    on_event: impl Fn(Event<T, R>),
    task: &AbortHandle,
) -> Exit<R> {
    let (mut sent, mut pacing, mut silence) = (events.into_sent(), Pacing::new(), Silence::new());
    while let Some(said) = silence.next(&mut sent).await {
        match said {
            None => {} // a sign of life
            Some(Event::Exit(exit)) => return exit,
            Some(_) if task.is_aborted() => break, // the returned exit would go nowhere
            Some(event) => on_event(event),
        }
        pacing.pause().await;
    }
    Exit::new(Reason::Lost)
}
