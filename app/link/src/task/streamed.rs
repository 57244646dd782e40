//! Tasks whose work is a stream, or blocks a thread.

use super::{Failure, Sender, spawn_linked};
use crate::{EventStream, Item};
use futures::{Stream, StreamExt, TryStreamExt};
use std::pin::pin;
use tokio::task::spawn_blocking;

/// Links a stream to the page that reads it: a task sends its items. Dropping what is returned drops the stream.
///
/// The exit is [`Reason::Normal`](crate::Reason::Normal) when the stream ends.
pub fn linked_stream<T: Item>(items: impl Stream<Item = T> + Send + 'static) -> EventStream<T> {
    linked_try_stream(items.map(Ok::<T, Failure>))
}

/// The same for a stream that may fail. Its first error ends the task with [`Reason::Failed`](crate::Reason::Failed), and
/// the error's text as the message.
pub fn linked_try_stream<T: Item, E>(items: impl Stream<Item = Result<T, E>> + Send + 'static) -> EventStream<T>
where
    E: Into<Failure> + Send + 'static,
{
    spawn_linked(async move |out| {
        let mut items = pin!(items.map_err(Into::into));
        while let Some(item) = items.try_next().await? {
            out.send(item).await?;
        }
        Ok(())
    })
}

/// Does work that blocks a thread, on one of Tokio's threads for such work. It sends by
/// [`blocking_send`](Sender::blocking_send), and ends as in [`spawn_linked`].
///
/// A thread can't be dropped: when the page is gone, `work` goes on until its next send, which fails.
pub fn spawn_linked_blocking<T: Item, R>(
    work: impl FnOnce(Sender<T>) -> Result<R, Failure> + Send + 'static,
) -> EventStream<T, R>
where
    R: Default + Send + 'static,
{
    spawn_linked(async move |out| spawn_blocking(move || work(out)).await?)
}
