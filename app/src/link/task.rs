//! The server's end of the link: a task that lives exactly as long as the stream of what it says.

use super::{Event, EventStream, Exit, Fates, Reason};
use futures::{FutureExt, StreamExt, future, stream};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::mpsc, task::JoinError, time};
use tokio_util::task::AbortOnDropHandle;

/// How many deltas may wait for a slow reader before the task, and with it the upstream, has to wait too.
pub const BUFFER: usize = 32;

/// How long a stream stays silent before it says that it is still there. Behind a proxy that keeps an idle stream open
/// after its client has gone, this write is what finds out, so it is part of the kill.
pub const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Where a task puts what it makes. The channel behind it is the only buffer between the upstream and the page.
#[derive(Debug)]
pub struct Deltas<T> {
    channel: mpsc::Sender<T>,
    sent: Arc<AtomicU64>,
}

impl<T> Deltas<T> {
    /// Sends one delta, and waits while the page is slow to read.
    ///
    /// There is no error to handle: when the stream is gone, the task is being aborted, and this waits for just that.
    pub async fn send(&self, delta: T) {
        match self.channel.send(delta).await {
            Ok(()) => _ = self.sent.fetch_add(1, Ordering::Relaxed),
            Err(_) => future::pending().await,
        }
    }
}

/// Spawns a task that does `work`, linked to the stream that is returned.
///
/// - Drop the stream, and the task is aborted: all that `work` holds is dropped, its upstream connection included.
/// - When the task ends, finished, failed or panicked, the stream ends with an [`Event::Exit`] that says why. A panic
///   is trapped by the spawn, so it takes nothing else with it.
/// - When the server shuts down, `work` is dropped and the stream ends with [`Reason::Shutdown`].
///
/// However the task ends, `fates` hears of it, after all that `work` held is gone.
pub fn spawn_linked<T, W, F>(fates: &Arc<Fates>, work: W) -> EventStream<T>
where
    T: Send + 'static,
    W: FnOnce(Deltas<T>) -> F + Send + 'static,
    F: Future<Output = Exit> + Send,
{
    let (channel, mut deltas) = mpsc::channel(BUFFER);
    let life = fates.born();
    let id = life.task.clone();

    let task = AbortOnDropHandle::new(tokio::spawn(async move {
        let mut life = life; // declared first, so dropped last: after everything that `work` holds
        let deltas = Deltas { channel, sent: life.deltas.clone() };
        let shutdown = life.fates.shutdown.clone();
        let ended = shutdown.run_until_cancelled(async { work(deltas).await }).await;
        life.exit = ended.unwrap_or_else(|| Exit::with_message(Reason::Shutdown, "The server is shutting down."));
        life.exit.clone()
    }));

    let start = stream::once(future::ready(Event::Start { task: id }));
    let deltas = stream::poll_fn(move |cx| deltas.poll_recv(cx)).map(Event::Delta);
    let exit = task.map(|ended| Event::Exit(ended.unwrap_or_else(crashed))).into_stream();
    let events = start.chain(deltas).chain(exit);
    let with_keep_alive = tokio_stream::StreamExt::timeout_repeating(events, time::interval(KEEP_ALIVE));
    EventStream::new(with_keep_alive.map(|event| event.unwrap_or(Event::KeepAlive)))
}

/// What a page is told of a task that did not come to its end. The panic's own words are for the log alone.
fn crashed(error: JoinError) -> Exit {
    if error.is_panic() {
        return Exit::with_message(Reason::Crashed, "The task crashed. The server's log says where.");
    }
    Exit::with_message(Reason::Shutdown, "The server is shutting down.")
}

#[cfg(test)]
mod tests;
