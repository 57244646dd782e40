//! The server's end of the link: a task that lives exactly as long as the stream of what it says.

use super::{Deltas, Event, EventStream, Exit, Fates, Progress, life::Life, proxies};
use futures::{FutureExt, Stream, StreamExt, future, stream};
use std::{sync::Arc, task::Poll};
use tokio::sync::mpsc;
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
pub fn spawn_linked<T: Send + 'static, F: Future<Output = Exit> + Send>(
    fates: &Arc<Fates>,
    about: impl Into<Arc<str>>,
    work: impl FnOnce(Deltas<T>) -> F + Send + 'static,
) -> EventStream<T> {
    let (life, watch) = fates.born(about.into());
    let (sender, deltas) = Deltas::channel(life.vitals.clone());
    let progress = sender.watch();

    let start = stream::once(future::ready(Event::Start { task: life.task.clone() }));
    let task = AbortOnDropHandle::new(tokio::spawn(life.spend(async { work(sender).await })));
    let deltas = until_the_first(progress, deltas);
    let exit = task.map(|ended| Event::Exit(ended.unwrap_or_else(Life::crashed))).into_stream();
    EventStream::new(watch.over(proxies::keep_alive(start.chain(deltas).chain(exit))))
}

/// The deltas, and before the first of them what the task waits for.
fn until_the_first<T>(
    progress: impl Stream<Item = Progress> + Send + 'static,
    mut deltas: mpsc::Receiver<T>,
) -> impl Stream<Item = Event<T>> {
    let mut progress = Some(progress.boxed().fuse());
    stream::poll_fn(move |cx| {
        if let Some(Poll::Ready(Some(said))) = progress.as_mut().map(|progress| progress.poll_next_unpin(cx)) {
            return Poll::Ready(Some(Event::Progress(said)));
        }
        let delta = deltas.poll_recv(cx);
        if delta.is_ready() {
            progress = None;
        }
        delta.map(|delta| delta.map(Event::Delta))
    })
}

#[cfg(test)]
mod tests;
