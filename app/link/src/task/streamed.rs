//! Tasks that send what a stream has to give.

use super::{Failure, spawn_linked};
use crate::{EventStream, Item};
use futures::{Stream, StreamExt, TryStreamExt};
use std::pin::pin;

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
