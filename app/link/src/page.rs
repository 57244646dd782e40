//! The page's end of the link: a running task, if there is one, and the one handler of its exit.

mod job;
mod pacing;
mod state;

pub use job::{Job, use_link};
pub use state::State;

use crate::{Event, EventStream, Exit, Reason};
use futures::{
    StreamExt,
    future::{Abortable, FutureExt},
};
use gloo_timers::future::TimeoutFuture;
use js_sys::Date;
use leptos::{ev, prelude::*, task::spawn_local};
use pacing::{Pacing, yield_once};
use state::Machine;
use std::{cell::Cell, rc::Rc};

/// How long a page must outlive a stream that broke off for the connection to count as lost, in milliseconds. Firefox and
/// WebKit abort the fetches of a page that is being left before they fire `pagehide`.
const LEAVING_MS: u32 = 1000;

/// How long after `beforeunload` a broken stream is put down to it, in milliseconds. The page may stay: the new address may
/// be a download, or take forever and be given up.
const UNLOADING_MS: f64 = 3000.0;

/// A component holds one while a task works for it. It is made once, in the component's body. The task dies when the
/// component is unmounted, or the page is left.
#[derive(Debug)]
pub struct Link<R: 'static = ()> {
    machine: RwSignal<Machine>,
    on_exit: Callback<Exit<R>>,
}

impl<R> Clone for Link<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Link<R> {}

impl<R: Default + 'static> Link<R> {
    /// `on_exit` hears how each task ended: once for each, last, and whoever ended it.
    pub fn new(on_exit: impl Fn(Exit<R>) + Send + Sync + 'static) -> Self {
        let link = Self { machine: RwSignal::new(Machine::default()), on_exit: Callback::new(on_exit) };
        // A page that is left for another site is not unloaded: the browser keeps it whole, connection and all, to be
        // quick when somebody goes back. So leaving has to be said.
        let left = window_event_listener(ev::pagehide, move |_| link.end(Exit::new(Reason::Interrupted)));
        on_cleanup(move || left.remove());
        on_cleanup(move || link.end(Exit::new(Reason::Interrupted)));
        link
    }

    /// The state of the link. Tracked, but for the begin of [`State::Stopping`]: Stop drops the stream and draws nothing
    /// before that.
    pub fn state(&self) -> State {
        self.machine.try_with(Machine::state).unwrap_or_default()
    }

    /// Whether a task is running. Tracked.
    pub fn is_running(&self) -> bool {
        self.state() != State::Idle
    }

    /// Starts a task by asking the server for its stream. `on_event` hears its events, but for the exit. Does nothing
    /// while a task is running, after the component is gone, and on the server, which has no page to work for. A task that
    /// is being stopped has its exit first.
    pub fn start<T: 'static, E: Into<Exit<R>> + 'static>(
        self,
        request: impl Future<Output = Result<EventStream<T, R>, E>> + 'static,
        on_event: impl Fn(Event<T, R>) + 'static,
    ) {
        if cfg!(not(target_family = "wasm")) {
            return;
        }
        if self.machine.try_with_untracked(Machine::state) == Some(State::Stopping) {
            self.end(Exit::new(Reason::Killed));
        }
        let started = self.machine.try_maybe_update(|machine| {
            let started = machine.start();
            (started.is_some(), started)
        });
        let Some((task, registration)) = started.flatten() else { return };
        // A run that was aborted has had its exit. What it still delivers is nobody's.
        let run = async move {
            let leaving = Leaving::watch();
            let exit = match request.await {
                Ok(events) => {
                    let hear = |event| {
                        if !task.is_aborted() {
                            on_event(event);
                        }
                    };
                    listen(events, hear).await
                }
                Err(error) => error.into(),
            };
            let exit = leaving.judge(exit).await;
            if !task.is_aborted() {
                self.end(exit);
            }
        };
        spawn_local(Abortable::new(run, registration).map(drop));
    }

    /// Stops the task. It is not an error, and what has arrived stays. A browser lets go of a connection only when it has
    /// done all else that it is doing: so here the stream is dropped and nothing else, and the exit comes after that.
    pub fn stop(self) {
        let stopping = self.machine.try_maybe_update(|machine| (false, machine.stop()));
        let Some(run) = stopping.flatten() else { return };
        spawn_local(async move {
            yield_once().await;
            self.exit_if(Exit::new(Reason::Killed), |machine| machine.stopped(run));
        });
    }

    /// Ends the task with this exit. Every exit, of whatever kind, passes here or by [`stop`](Self::stop), once. Does
    /// nothing while no task is running.
    pub fn end(self, exit: Exit<R>) {
        self.exit_if(exit, Machine::end);
    }

    fn exit_if(self, exit: Exit<R>, has_ended: impl FnOnce(&mut Machine) -> bool) {
        let ended = self.machine.try_maybe_update(|machine| {
            let ended = has_ended(machine);
            (ended, ended)
        });
        if ended == Some(true) {
            self.on_exit.run(exit);
        }
    }
}

/// Hands on each event until the exit, and returns that. A stream that ends without one is never taken for complete.
async fn listen<T, R: Default>(mut events: EventStream<T, R>, on_event: impl Fn(Event<T, R>)) -> Exit<R> {
    let mut pacing = Pacing::new();
    while let Some(event) = events.next().await {
        match event {
            Event::Exit(exit) => return exit,
            event => on_event(event),
        }
        pacing.pause().await;
    }
    Exit::new(Reason::Lost)
}

/// Whether the page is about to be left. Listens only while a task runs: some browsers keep no page in their back/forward
/// cache that listens for `beforeunload`.
struct Leaving {
    /// When it was last said to be.
    said_ms: Rc<Cell<f64>>,
    listener: Option<WindowListenerHandle>,
}

impl Leaving {
    fn watch() -> Self {
        let said_ms = Rc::new(Cell::new(f64::NEG_INFINITY));
        let heard_ms = said_ms.clone();
        let listener = window_event_listener(ev::beforeunload, move |_| heard_ms.set(Date::now()));
        Self { said_ms, listener: Some(listener) }
    }

    /// A stream that broke off is no proof of a lost connection while the page may be on its way out. So this waits. A page
    /// that goes ends the link before this returns.
    async fn judge<R: Default>(self, exit: Exit<R>) -> Exit<R> {
        if exit.reason != Reason::Lost {
            return exit;
        }
        let broke_ms = Date::now();
        if broke_ms - self.said_ms.get() < UNLOADING_MS {
            return Exit::new(Reason::Interrupted);
        }
        TimeoutFuture::new(LEAVING_MS).await;
        if self.said_ms.get() > broke_ms { Exit::new(Reason::Interrupted) } else { exit }
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.take() {
            listener.remove();
        }
    }
}
