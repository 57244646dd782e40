//! The page's end of the link: a running task, if there is one, and the one handler that hears all that it says.

use super::{Event, EventStream, Exit, Reason};
use futures::{
    StreamExt,
    future::{AbortHandle, Abortable, pending},
};
use leptos::{ev, prelude::*, task::spawn_local};

/// What a component holds while a task works for it. Made once, in the component's body; when the component is
/// unmounted, or the page is left, the task dies.
#[derive(Debug)]
pub struct Link<T: 'static> {
    /// The task that runs now. Aborting it drops the fetch, and with that everything down to the upstream connection.
    running: RwSignal<Option<AbortHandle>>,
    handler: StoredValue<Handler<T>>,
}

type Handler<T> = Box<dyn Fn(Event<T>) + Send + Sync>;

impl<T> Clone for Link<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Link<T> {}

impl<T: 'static> Link<T> {
    /// `handler` hears every event of every task started here. For each start it hears exactly one [`Event::Exit`],
    /// last, however the task ended and whoever ended it.
    pub fn new(handler: impl Fn(Event<T>) + Send + Sync + 'static) -> Self {
        let link = Self { running: RwSignal::new(None), handler: StoredValue::new(Box::new(handler)) };
        // A page that is left for another site is not unloaded: the browser keeps it whole, connection and all, to be
        // quick when somebody goes back. So leaving has to be said.
        let left = window_event_listener(ev::pagehide, move |_| link.leave());
        on_cleanup(move || {
            left.remove();
            link.leave();
        });
        link
    }

    /// Whether a task is running.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running.with(Option::is_some)
    }

    /// Starts a task, by asking the server for its stream. Does nothing while one is running.
    pub fn start<E: Into<Exit> + 'static>(self, request: impl Future<Output = Result<EventStream<T>, E>> + 'static) {
        if self.running.with_untracked(Option::is_some) {
            return;
        }
        let (abort, registration) = AbortHandle::new_pair();
        let run = Abortable::new(self.listen(request, abort.clone()), registration);
        self.running.set(Some(abort));
        spawn_local(async move {
            // A run that was aborted has had its exit; what it still delivers is nobody's.
            if let Ok(exit) = run.await {
                self.end(exit);
            }
        });
    }

    /// Kills the task that is running. Not an error: what has arrived stays.
    pub fn cancel(self) {
        self.end(Exit::new(Reason::Killed));
    }

    /// Kills the task that is running, because what it works for goes away.
    pub fn leave(self) {
        self.end(Exit::new(Reason::Interrupted));
    }

    /// Hands on what the task says until it has said its last, and returns that.
    async fn listen<E: Into<Exit>>(
        self,
        request: impl Future<Output = Result<EventStream<T>, E>>,
        abort: AbortHandle,
    ) -> Exit {
        let mut events = match request.await {
            Ok(events) => events,
            Err(error) => return error.into(),
        };
        loop {
            match events.next().await {
                _ if abort.is_aborted() => pending().await, // the handler itself has just cancelled: say no more
                Some(Event::Exit(exit)) => return exit,
                Some(event) => self.handler.with_value(|handle| handle(event)),
                None => return Exit::with_message(Reason::Lost, "Connection lost. The answer may be incomplete."),
            }
        }
    }

    /// The one way out: every exit, of whatever kind, passes here, once.
    fn end(self, exit: Exit) {
        if let Some(abort) = self.running.try_update(Option::take).flatten() {
            abort.abort();
            self.handler.with_value(|handle| handle(Event::Exit(exit)));
        }
    }
}
