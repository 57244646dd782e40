//! A link with one server function behind it: its items and its state as signals.

use super::{IS_PAGE, Link, State, WhenRunning, machine::Phase, starts::Starts};
use crate::{Event, EventStream, Exit, Reason};
use leptos::prelude::*;
use std::sync::Arc;

/// Asks for a task with these arguments, over this link. Returns whether it starts.
type Begin<A, R> = Arc<dyn Fn(Link<R>, A) -> bool + Send + Sync>;

/// A server function, and the task of it that runs. `A` is what it takes, `S` what its items become, `R` its result. Made
/// by [`use_link`]. Copies are the same job. Its task dies with the component that made it.
#[derive(Debug)]
pub struct Job<A: 'static, S: 'static, R: Send + Sync + 'static = ()> {
    link: Link<R>,
    state: Signal<State<R>>,
    value: RwSignal<S>,
    inner: StoredValue<Inner<A, R>>,
}

struct Inner<A, R: 'static> {
    begin: Begin<A, R>,
    starts: Starts<A>,
    hear: Option<Callback<Exit<R>>>,
    /// The exit of the latest task.
    exit: Option<Exit<R>>,
}

impl<A, S, R: Send + Sync> Clone for Job<A, S, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, S, R: Send + Sync> Copy for Job<A, S, R> {}

/// Links a component to a server function that returns an [`EventStream`]. To be called in the component's body: the task
/// dies with the component. All items are kept; [`use_link_fold`] keeps less.
///
/// A function of one argument is taken as it is. For none it is `use_link(|()| function())`, for several
/// `use_link(|(a, b)| function(a, b))`. Its error becomes an [`Exit`]: a `ServerFnError` does, and an error of your own does by
/// `impl From<MyError> for Exit`.
pub fn use_link<A, T, R, E, F>(request: impl Fn(A) -> F + Send + Sync + 'static) -> Job<A, Vec<T>, R>
where
    A: Send + Sync + 'static,
    T: Send + Sync + 'static,
    R: Clone + Default + Send + Sync + 'static,
    E: Into<Exit<R>> + 'static,
    F: Future<Output = Result<EventStream<T, R>, E>> + 'static,
{
    use_link_fold(request, Vec::push)
}

/// The same, with each item folded into one value. It begins at each start as its default. `fold` changes the value and does
/// nothing else: the value can't be read meanwhile, nor a task started.
pub fn use_link_fold<A, S, T, R, E, F>(
    request: impl Fn(A) -> F + Send + Sync + 'static,
    fold: impl Fn(&mut S, T) + Send + Sync + 'static,
) -> Job<A, S, R>
where
    A: Send + Sync + 'static,
    S: Default + Send + Sync + 'static,
    T: 'static,
    R: Clone + Default + Send + Sync + 'static,
    E: Into<Exit<R>> + 'static,
    F: Future<Output = Result<EventStream<T, R>, E>> + 'static,
{
    let value = RwSignal::new(S::default());
    let fold = Arc::new(fold);
    let begin = move |link: Link<R>, arguments| {
        let fold = fold.clone();
        let hear = move |event| {
            if let Event::Item(item) = event {
                value.update(|value| fold(value, item));
            }
        };
        let is_started = link.start(request(arguments), hear);
        if is_started {
            value.set(S::default());
        }
        is_started
    };
    let inner = StoredValue::new(Inner { begin: Arc::new(begin), starts: Starts::new(), hear: None, exit: None });
    let link = Link::told(move |link, exit| ended(inner, link, exit));
    let state = Signal::derive(move || {
        let (phase, exit) = (link.phase(), inner.try_with_value(|inner| inner.exit.clone()));
        State::of(phase, exit.flatten())
    });
    Job { link, state, value, inner }
}

impl<A, S, R> Job<A, S, R>
where
    A: Send + Sync + 'static,
    S: Default + Send + Sync + 'static,
    R: Clone + Default + Send + Sync + 'static,
{
    /// Hears how each task ended: once for each.
    #[must_use]
    pub fn on_exit(self, hear: impl Fn(Exit<R>) + Send + Sync + 'static) -> Self {
        self.inner.update_value(|inner| inner.hear = Some(Callback::new(hear)));
        self
    }

    /// Says what [`start`](Self::start) does while a task runs. Otherwise it does nothing then.
    #[must_use]
    pub fn when_running(self, policy: WhenRunning) -> Self {
        self.inner.update_value(|inner| inner.starts.policy = policy);
        self
    }

    /// Starts a task. The items and the exit of the one before are forgotten. While a task runs, [`WhenRunning`] decides.
    ///
    /// Does nothing after the component is gone, and on the server, which has no page to work for. To start with the page,
    /// call it in an `Effect`: in the component's body the browser would find another page than the server has drawn.
    pub fn start(self, arguments: A) {
        let phase = self.link.phase_untracked();
        let granted = self.inner.try_update_value(|inner| inner.starts.ask(phase, arguments));
        if let Some(arguments) = granted.flatten() {
            begin(self.inner, self.link, arguments);
        }
    }

    /// Stops the task, and forgets all starts that wait. What has arrived stays. Does nothing while no task runs.
    pub fn stop(self) {
        self.stop_with(Exit::new(Reason::Killed));
    }

    /// The same, with this as the exit that the page sees.
    pub fn stop_with(self, exit: Exit<R>) {
        self.inner.try_update_value(|inner| inner.starts.forget());
        if self.link.stop_with(exit) {
            self.link.machine.notify(); // the stream is dropped already: see `Link::stop_with`
        }
    }

    /// Stops the task, if one runs, forgets all starts that wait, and starts another.
    pub fn restart(self, arguments: A) {
        self.inner.try_update_value(|inner| inner.starts.forget());
        begin(self.inner, self.link, arguments);
    }

    /// The items of the latest task so far, folded into one value.
    pub fn value(self) -> ReadSignal<S> {
        self.value.read_only()
    }

    /// Whether a task runs, and how the latest ended.
    pub fn state(self) -> Signal<State<R>> {
        self.state
    }
}

/// A task that runs has its exit before the next begins. Whoever hears that exit starts nothing in between.
fn begin<A, R>(inner: StoredValue<Inner<A, R>>, link: Link<R>, arguments: A)
where
    A: Send + Sync + 'static,
    R: Clone + Default + Send + Sync + 'static,
{
    if !IS_PAGE {
        return;
    }
    let begin = inner.try_update_value(|inner| {
        inner.starts.take();
        inner.begin.clone()
    });
    let Some(begin) = begin else { return };
    link.stop();
    link.end(Exit::new(Reason::Killed));
    begin(link, arguments);
    inner.try_update_value(|inner| inner.starts.release());
}

/// A task has ended. A page that is left starts none of those that wait.
fn ended<A, R>(inner: StoredValue<Inner<A, R>>, link: Link<R>, exit: Exit<R>)
where
    A: Send + Sync + 'static,
    R: Clone + Default + Send + Sync + 'static,
{
    let hear = inner.try_update_value(|inner| {
        if exit.reason == Reason::Interrupted {
            inner.starts.forget();
        }
        inner.exit = Some(exit.clone());
        inner.hear
    });
    if let Some(hear) = hear.flatten() {
        hear.run(exit);
    }
    if link.phase_untracked() == Phase::Idle
        && let Some(next) = inner.try_update_value(|inner| inner.starts.next()).flatten()
    {
        begin(inner, link, next);
    }
}

impl<A, T, R> Job<A, Vec<T>, R>
where
    A: Send + Sync + 'static,
    T: Send + Sync + 'static,
    R: Clone + Default + Send + Sync + 'static,
{
    /// The items of the latest task so far.
    pub fn items(self) -> ReadSignal<Vec<T>> {
        self.value()
    }
}
