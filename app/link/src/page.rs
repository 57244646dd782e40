//! The page's end of the link: a running task, if there is one, and the one handler of its exit.

use super::{Event, EventStream, Exit, Reason, breath::breathe};
use futures::future::{AbortHandle, Abortable, FutureExt};
use gloo_timers::future::TimeoutFuture;
use js_sys::Date;
use leptos::{ev, prelude::*, task::spawn_local};
use std::{cell::Cell, rc::Rc};

/// How long a page must outlive a stream that broke off for the connection to count as lost, in milliseconds. Firefox and
/// WebKit abort the fetches of a page that is being left before they fire `pagehide`.
const LEAVING_MS: u32 = 1000;

/// How long after `beforeunload` a broken stream is put down to it, in milliseconds. The page may stay: the new address may
/// be a download, or take forever and be given up.
const UNLOADING_MS: f64 = 3000.0;

/// What a component holds while a task works for it. Made once, in the component's body; when the component is
/// unmounted, or the page is left, the task dies.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The task that runs now. Aborting it drops the fetch, and with that everything down to the upstream connection.
    running: RwSignal<Option<AbortHandle>>,
    on_exit: Callback<Exit>,
}

impl Link {
    /// `on_exit` hears how each task that is started here ended: once for each, last, and whoever ended it.
    pub fn new(on_exit: impl Fn(Exit) + Send + Sync + 'static) -> Self {
        let link = Self { running: RwSignal::new(None), on_exit: Callback::new(on_exit) };
        // A page that is left for another site is not unloaded: the browser keeps it whole, connection and all, to be
        // quick when somebody goes back. So leaving has to be said.
        let left = window_event_listener(ev::pagehide, move |_| link.end(Exit::new(Reason::Interrupted)));
        on_cleanup(move || left.remove());
        on_cleanup(move || link.end(Exit::new(Reason::Interrupted)));
        link
    }

    /// Whether a task is running.
    pub fn is_running(&self) -> bool {
        self.running.with(Option::is_some)
    }

    /// Starts a task by asking the server for its stream. `on_event` hears what it says, but for its exit. Does nothing
    /// while a task is running.
    pub fn start<T: 'static, E: Into<Exit> + 'static>(
        self,
        request: impl Future<Output = Result<EventStream<T>, E>> + 'static,
        on_event: impl Fn(Event<T>) + 'static,
    ) {
        let None = self.running.get_untracked() else { return };
        let (abort, registration) = AbortHandle::new_pair();
        self.running.set(Some(abort.clone()));
        // A run that was aborted has had its exit. What it still delivers is nobody's.
        let run = async move {
            let leaving = Leaving::watch();
            let exit = match request.await {
                Ok(events) => {
                    let hear = |event| {
                        if !abort.is_aborted() {
                            on_event(event);
                        }
                    };
                    events.listen(hear).await
                }
                Err(error) => error.into(),
            };
            let exit = leaving.judge(exit).await;
            if !abort.is_aborted() {
                self.end(exit);
            }
        };
        spawn_local(Abortable::new(run, registration).map(drop));
    }

    /// Stop. It is not an error, and what has arrived stays. A browser lets go of a connection only when it is through with
    /// what it is doing: so here the stream is dropped and nothing else, and what the exit means to the page comes next.
    pub fn stop(self) {
        let Some(task) = self.running.get_untracked().filter(|task| !task.is_aborted()) else { return };
        task.abort();
        spawn_local(async move {
            breathe().await;
            // It may have ended otherwise by then, as when the page is left. What runs then is not what was stopped.
            let running = self.running.try_get_untracked().flatten();
            if running.is_some_and(|task| task.is_aborted()) {
                self.end(Exit::new(Reason::Killed));
            }
        });
    }

    /// The one way out: every exit, of whatever kind, passes here, once. Does nothing while no task is running.
    pub fn end(self, exit: Exit) {
        if let Some(abort) = self.running.try_maybe_update(|task| (task.is_some(), task.take())).flatten() {
            abort.abort();
            self.on_exit.run(exit);
        }
    }
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
    async fn judge(self, exit: Exit) -> Exit {
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
