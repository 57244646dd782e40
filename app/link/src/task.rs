//! The server's end of the link: a task that lives exactly as long as its stream.

mod ending;
mod failure;
mod guard;
mod observer;
pub mod pace;
mod running;
pub mod sender;
mod supervisor;
mod unpaced;

pub use ending::Ending;
pub use failure::Failure;
pub use observer::{Observer, Started, Watch};
pub use pace::Pace;
pub use sender::{Gone, Sender};
pub use supervisor::Supervisor;

use crate::{
    Event, EventStream, Exit, Item,
    wire::http::{KEEP_ALIVE, KEEP_PAGE_ALIVE, keep_alive},
};
use futures::{
    StreamExt,
    future::{self, Either},
    stream,
};
use guard::{StreamGuard, TaskGuard};
use pace::Paced;
use std::{sync::Arc, time::Duration};
use tokio_util::task::AbortOnDropHandle;
use unpaced::Unpaced;

/// Spawns a task that does `work`, linked to the stream that is returned.
///
/// - Dropping the stream aborts the task: all that `work` holds is dropped.
/// - When the task ends, the stream ends with an [`Event::Exit`]. `Ok` is [`Reason::Normal`](crate::Reason::Normal), `Err`
///   is [`Reason::Failed`](crate::Reason::Failed) with the error's text as the message, a panic is
///   [`Reason::Crashed`](crate::Reason::Crashed).
/// - The [`Supervisor`] is taken from Leptos' context where there is one. Its shutdown drops `work` and ends the stream
///   with [`Reason::Shutdown`](crate::Reason::Shutdown).
pub fn spawn_linked<T: Item, R, F>(work: impl FnOnce(Sender<T>) -> F + Send + 'static) -> EventStream<T, R>
where
    R: Default + Send + 'static,
    F: Future<Output = Result<R, Failure>> + Send,
{
    Spawn::new().spawn(work)
}

/// How a task is spawned. [`spawn_linked`] is one without options.
#[derive(Clone, Debug)]
#[must_use]
pub struct Spawn {
    supervisor: Supervisor,
    about: Arc<str>,
    pace: Option<Pace>,
    deadline: Option<Duration>,
}

impl Spawn {
    /// No limit on pace and time, under the supervisor of Leptos' context, if there is one.
    pub fn new() -> Self {
        Self { supervisor: Supervisor::of_context(), about: "".into(), pace: None, deadline: None }
    }

    /// Runs under this supervisor.
    pub fn under(self, supervisor: Supervisor) -> Self {
        Self { supervisor, ..self }
    }

    /// Says in a few words what the task is for, to the [`Observer`].
    pub fn about(self, about: impl Into<Arc<str>>) -> Self {
        Self { about: about.into(), ..self }
    }

    /// Limits how fast the stream goes. Neither the start nor the exit waits.
    pub fn paced(self, pace: impl Into<Option<Pace>>) -> Self {
        Self { pace: pace.into(), ..self }
    }

    /// Ends the task with [`Reason::Failed`](crate::Reason::Failed) after this time.
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// Spawns the task. See [`spawn_linked`].
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
        let silence = if self.pace.is_some() { KEEP_PAGE_ALIVE } else { KEEP_ALIVE };
        let (guard, id) = TaskGuard::new(&self.supervisor, self.about);
        let (watch, gone) = (guard.watch(), guard.gone());
        let (sender, received) = Sender::channel(watch.clone(), gone.clone());
        let work = guard.run(self.deadline, async { work(sender).await });
        let task = AbortOnDropHandle::new(tokio::spawn(work));
        let told = match self.pace {
            Some(pace) => Either::Left(Paced::new(received, task, pace)),
            None => Either::Right(Unpaced::new(received, task)),
        };
        let start = stream::once(future::ready(Event::Start { task: id }));
        let events = StreamGuard::new(watch, gone, start.chain(told));
        EventStream::with_comments(keep_alive(events, silence))
    }
}

impl Default for Spawn {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
