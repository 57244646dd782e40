//! The page's end of the link: a running task, if there is one, and the one handler of its exit.

use super::{Event, EventStream, Exit, Reason, breath::breathe};
use futures::future::{AbortHandle, Abortable, FutureExt};
use leptos::{ev, prelude::*, task::spawn_local};

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
            let exit = match request.await {
                Ok(events) => events.listen(|event| (!abort.is_aborted()).then(|| on_event(event))).await,
                Err(error) => error.into(),
            };
            (!abort.is_aborted()).then(|| self.end(exit))
        };
        spawn_local(Abortable::new(run, registration).map(drop));
    }

    /// Stop. It is not an error, and what has arrived stays. A browser lets go of a connection only when it is through with
    /// what it is doing: so here the stream is dropped and nothing else, and what the exit means to the page comes next.
    pub fn stop(self) {
        let Some(task) = self.running.get_untracked().filter(|task| !task.is_aborted()) else { return };
        task.abort();
        // Unless it has ended otherwise by then, as when the page is left: what runs next is not what was stopped.
        let is_stopped = move || self.running.try_get_untracked().flatten().is_some_and(|task| task.is_aborted());
        spawn_local(breathe().map(move |()| _ = is_stopped().then(|| self.end(Exit::new(Reason::Killed)))));
    }

    /// The one way out: every exit, of whatever kind, passes here, once. Does nothing while no task is running.
    pub fn end(self, exit: Exit) {
        if let Some(abort) = self.running.try_maybe_update(|task| (task.is_some(), task.take())).flatten() {
            abort.abort();
            self.on_exit.run(exit);
        }
    }
}
