//! A link with one server function behind it: its items, its state and its last exit as signals.

use super::{Link, State, state::Machine};
use crate::{Event, EventStream, Exit, Reason};
use futures::{TryFutureExt, future::LocalBoxFuture};
use leptos::prelude::*;
use std::sync::Arc;

/// The server function of a job, as one type for all.
type Request<A, T, R> = Arc<dyn Fn(A) -> LocalBoxFuture<'static, Result<EventStream<T, R>, Exit<R>>> + Send + Sync>;

/// A server function, and the task of it that runs. `A` is what it takes, `T` an item, `R` its result. Made by [`use_link`].
#[derive(Debug)]
pub struct Job<A: 'static, T: 'static, R: 'static = ()> {
    link: Link<R>,
    request: StoredValue<Request<A, T, R>>,
    items: RwSignal<Vec<T>>,
    exit: RwSignal<Option<Exit<R>>>,
    hear: StoredValue<Option<Callback<Exit<R>>>>,
}

impl<A, T, R> Clone for Job<A, T, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, T, R> Copy for Job<A, T, R> {}

/// Links a component to a server function that returns an [`EventStream`]. To be called in the component's body: the task
/// dies with the component.
pub fn use_link<A, T, R, E, F>(request: impl Fn(A) -> F + Send + Sync + 'static) -> Job<A, T, R>
where
    A: 'static,
    T: Send + Sync + 'static,
    R: Clone + Default + Send + Sync + 'static,
    E: Into<Exit<R>> + 'static,
    F: Future<Output = Result<EventStream<T, R>, E>> + 'static,
{
    let request: Request<A, T, R> = Arc::new(move |arguments| Box::pin(request(arguments).map_err(Into::into)));
    let (exit, hear) = (RwSignal::new(None), StoredValue::new(None::<Callback<Exit<R>>>));
    let link = Link::new(move |ended: Exit<R>| {
        exit.try_set(Some(ended.clone()));
        if let Some(hear) = hear.try_get_value().flatten() {
            hear.run(ended);
        }
    });
    Job { link, request: StoredValue::new(request), items: RwSignal::new(Vec::new()), exit, hear }
}

impl<A, T, R> Job<A, T, R>
where
    T: Send + Sync + 'static,
    R: Default + Send + Sync + 'static,
{
    /// Hears how each task ended: once for each.
    #[must_use]
    pub fn on_exit(self, hear: impl Fn(Exit<R>) + Send + Sync + 'static) -> Self {
        self.hear.set_value(Some(Callback::new(hear)));
        self
    }

    /// Starts a task. The items and the exit of the one before are forgotten. Does nothing while a task runs, and where
    /// [`Link::start`] does nothing.
    pub fn start(self, arguments: A) {
        let state = self.link.machine.try_with_untracked(Machine::state);
        let request = self.request.try_get_value();
        let (Some(State::Idle | State::Stopping), Some(request)) = (state, request) else { return };
        self.end_now();
        self.items.update(Vec::clear);
        self.exit.set(None);
        let hear = move |event| {
            if let Event::Item(item) = event {
                self.items.update(|items| items.push(item));
            }
        };
        self.link.start(request(arguments), hear);
    }

    /// Stops the task. What has arrived stays. Does nothing while no task runs.
    pub fn stop(self) {
        self.link.stop();
    }

    /// Stops the task, if one runs, and starts another.
    pub fn restart(self, arguments: A) {
        self.stop();
        self.start(arguments);
    }

    /// The items of the latest task.
    pub fn items(self) -> ReadSignal<Vec<T>> {
        self.items.read_only()
    }

    /// The state of the link.
    pub fn state(self) -> Signal<State> {
        Signal::derive(move || self.link.state())
    }

    /// How the latest task ended. None while it runs.
    pub fn exit(self) -> ReadSignal<Option<Exit<R>>> {
        self.exit.read_only()
    }

    /// The exit of a task that is being stopped comes before the next task.
    fn end_now(self) {
        self.link.end(Exit::new(Reason::Killed));
    }
}
