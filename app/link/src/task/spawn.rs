//! The options of a task.

use super::{Failure, Pace, Sender, Supervisor, link};
use crate::{EventStream, Exit, Item, wire::KEEP_ALIVE};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// The options of a linked task. [`spawn_linked`](crate::spawn_linked) spawns one without options.
#[derive(Clone, Debug)]
#[must_use = "nothing is spawned yet"]
pub struct Spawn {
    pub(super) supervisor: Supervisor,
    pub(super) about: Arc<str>,
    pub(super) pace: Option<Pace>,
    pub(super) keep_alive: Duration,
    deadline: Option<Duration>,
}

impl Spawn {
    /// No limit on pace and time, a sign of life every second, under the supervisor of Leptos' context if there is one.
    pub fn new() -> Self {
        let supervisor = Supervisor::of_context();
        Self { supervisor, about: "".into(), pace: None, keep_alive: KEEP_ALIVE, deadline: None }
    }

    /// Runs under this supervisor.
    pub fn under(self, supervisor: Supervisor) -> Self {
        Self { supervisor, ..self }
    }

    /// Says in a few words what the task is for, to the [`Observer`](crate::Observer).
    pub fn about(self, about: impl Into<Arc<str>>) -> Self {
        Self { about: about.into(), ..self }
    }

    /// Limits how fast the stream goes. Neither the start nor the exit waits.
    pub fn paced(self, pace: impl Into<Option<Pace>>) -> Self {
        Self { pace: pace.into(), ..self }
    }

    /// Writes a comment to the page after each silence of this length. A proxy notices by it that its client has gone, some
    /// at the second write: so a Stop of a silent task takes up to two silences there. Between 10 ms and 15 s:
    /// a page takes a silence of 40 s for a lost connection.
    pub fn keep_alive(self, silence: Duration) -> Self {
        Self { keep_alive: silence, ..self }
    }

    /// Ends the task with [`Reason::Failed`](crate::Reason::Failed) after this time.
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// Spawns the task. See [`spawn_linked`](crate::spawn_linked).
    pub fn spawn<T: Item, R, F>(self, work: impl FnOnce(Sender<T>) -> F + Send + 'static) -> EventStream<T, R>
    where
        R: Default + Send + 'static,
        F: Future<Output = Result<R, Failure>> + Send,
    {
        self.spawn_with_exit(async |sender| Exit::from(work(sender).await))
    }

    /// The same for work that says itself how it ended.
    pub fn spawn_with_exit<T: Item, R, F>(self, work: impl FnOnce(Sender<T>) -> F + Send + 'static) -> EventStream<T, R>
    where
        R: Default + Send + 'static,
        F: Future<Output = Exit<R>> + Send,
    {
        let deadline = self.deadline;
        link(self, async move |sender| match deadline {
            None => work(sender).await,
            Some(most) => timeout(most, work(sender)).await.unwrap_or_else(|_| too_long(most)),
        })
    }
}

impl Default for Spawn {
    fn default() -> Self {
        Self::new()
    }
}

fn too_long<R: Default>(most: Duration) -> Exit<R> {
    Exit::failed(format!("The task was ended: it took longer than {most:?}."))
}
