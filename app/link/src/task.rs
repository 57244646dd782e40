//! The server's end of the link: a task that lives exactly as long as the stream of what it says.

use super::{
    Deltas, Event, EventStream, Exit, Fates, Fragment, Pace, Progress, deltas::Received, life::Life, pace::Paced,
    proxies,
};
use futures::{
    FutureExt, Stream, StreamExt,
    future::{self, Either},
    stream,
};
use std::{sync::Arc, task::Poll};
use tokio_util::task::AbortOnDropHandle;

/// Spawns a task that does `work`, linked to the stream that is returned. `about` says in a few words what it is for, to who
/// looks on: a model's name, say.
///
/// - Drop the stream, and the task is aborted: all that `work` holds is dropped, its upstream connection included.
/// - When the task ends, finished, failed or panicked, the stream ends with an [`Event::Exit`] that says why. A panic
///   is trapped by the spawn, so it takes nothing else with it; its own words are for the log alone.
/// - When the server shuts down, `work` is dropped and the stream ends with [`Reason::Shutdown`](super::Reason::Shutdown).
///
/// However the task ends, `fates` hears of it, after all that `work` held is gone.
pub fn spawn_linked<T: Fragment + Unpin + 'static, F: Future<Output = Exit> + Send>(
    fates: &Arc<Fates>,
    about: impl Into<Arc<str>>,
    work: impl FnOnce(Deltas<T>) -> F + Send + 'static,
) -> EventStream<T> {
    spawn_paced(fates, about, None, work)
}

/// The same, with a limit on how fast the stream goes. It holds back deltas alone: no start and no exit waits for it.
pub fn spawn_paced<T: Fragment + Unpin + 'static, F: Future<Output = Exit> + Send>(
    fates: &Arc<Fates>,
    about: impl Into<Arc<str>>,
    pace: Option<Pace>,
    work: impl FnOnce(Deltas<T>) -> F + Send + 'static,
) -> EventStream<T> {
    let (life, watch) = fates.born(about.into());
    let (sender, deltas) = Deltas::channel(life.vitals.clone());
    let progress = sender.watch();

    let start = stream::once(future::ready(Event::Start { task: life.task.clone() }));
    let task = AbortOnDropHandle::new(tokio::spawn(life.spend(async { work(sender).await })));
    let told = match pace {
        Some(pace) => Either::Left(Paced::new(deltas, task, pace)),
        None => Either::Right(unpaced(deltas, task)),
    };
    let silence = if pace.is_some() { proxies::KEEP_PAGE_ALIVE } else { proxies::KEEP_ALIVE };
    EventStream::new(watch.over(proxies::keep_alive(start.chain(until_the_first(progress, told)), silence)))
}

/// The deltas, and then the exit.
fn unpaced<T>(mut deltas: Received<T>, task: AbortOnDropHandle<Exit>) -> impl Stream<Item = Event<T>> + Unpin {
    let deltas = stream::poll_fn(move |cx| deltas.poll(cx)).map(Event::Delta);
    let exit = task.map(|ended| Event::Exit(ended.unwrap_or_else(Life::crashed))).into_stream();
    deltas.chain(exit)
}

/// What the task has told, and before the first of it what the task waits for.
fn until_the_first<T>(
    progress: impl Stream<Item = Progress> + Send + 'static,
    mut told: impl Stream<Item = Event<T>> + Unpin,
) -> impl Stream<Item = Event<T>> {
    let mut progress = Some(progress.boxed().fuse());
    stream::poll_fn(move |cx| {
        if let Some(Poll::Ready(Some(said))) = progress.as_mut().map(|progress| progress.poll_next_unpin(cx)) {
            return Poll::Ready(Some(Event::Progress(said)));
        }
        let next = told.poll_next_unpin(cx);
        if next.is_ready() {
            progress = None;
        }
        next
    })
}

#[cfg(test)]
mod tests;
