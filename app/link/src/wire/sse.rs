//! The encoding: server-sent events as the output of a server function.
//!
//! Format: <https://html.spec.whatwg.org/multipage/server-sent-events.html>. A network chunk is not a message, so
//! reading goes through [`Decoder`], and writing puts all that is ready into one chunk.

use super::{
    Item,
    decoder::{Decoder, Frame, LIMIT},
};
use crate::{Exit, Reason};
use bytes::{BufMut, Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use http::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use server_fn::{
    ContentType,
    codec::{Encoding, FromRes, IntoRes},
    error::{FromServerFnError, ServerFnErrorErr},
    response::{ClientRes, TryRes},
};
use std::{
    fmt, mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// Names one task. It can't be guessed, so no page can ask about another's task.
pub type TaskId = Arc<str>;

/// One event of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<T, R = ()> {
    /// The task lives. The first event, before any work is done.
    Start {
        /// Its name.
        task: TaskId,
    },
    /// The task made something.
    Item(T),
    /// The task has ended. The last event.
    Exit(Exit<R>),
}

/// The events of one task, in order. On the server it owns the task; in the browser it owns the fetch.
#[must_use = "dropping the stream kills the task"]
pub struct EventStream<T, R = ()>(Pin<Box<dyn Stream<Item = Sent<T, R>> + Send>>);

/// An event, or none: then a comment is sent, which no page sees.
pub(crate) type Sent<T, R> = Option<Event<T, R>>;

impl<T: 'static, R: 'static> EventStream<T, R> {
    /// Wraps a stream of events.
    pub fn new(events: impl Stream<Item = Event<T, R>> + Send + 'static) -> Self {
        Self::with_comments(events.map(Some))
    }

    /// The events, and none for each sign of life between them.
    pub(crate) fn into_sent(self) -> impl Stream<Item = Sent<T, R>> + Unpin {
        self.0
    }

    pub(crate) fn with_comments(events: impl Stream<Item = Sent<T, R>> + Send + 'static) -> Self {
        Self(Box::pin(events))
    }
}

impl<T, R> Stream for EventStream<T, R> {
    type Item = Event<T, R>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(self.0.poll_next_unpin(cx)) {
                Some(Some(event)) => return Poll::Ready(Some(event)),
                Some(None) => {}
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T, R> fmt::Debug for EventStream<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventStream")
    }
}

/// The encoding's name in a server function that returns an [`EventStream`]: `#[server(output = Sse)]`.
#[derive(Debug)]
pub struct Sse;

impl ContentType for Sse {
    const CONTENT_TYPE: &'static str = "text/event-stream";
}

impl Encoding for Sse {
    const METHOD: Method = Method::POST;
}

impl<T, R, E, Response> IntoRes<Sse, Response, E> for EventStream<T, R>
where
    T: Item,
    R: Default + Serialize + DeserializeOwned + Send + 'static,
    E: FromServerFnError,
    Response: TryRes<E>,
{
    async fn into_res(self) -> Result<Response, E> {
        check_result::<R>().map_err(E::from_server_fn_error)?;
        Response::try_from_stream(Sse::CONTENT_TYPE, encode(self).map(Ok))
    }
}

impl<T, R, E, Response> FromRes<Sse, Response, E> for EventStream<T, R>
where
    T: Item,
    R: Default + DeserializeOwned + Send + 'static,
    E: FromServerFnError,
    Response: ClientRes<E> + Send,
{
    async fn from_res(response: Response) -> Result<Self, E> {
        Ok(decode(response.try_into_stream()?))
    }
}

/// Tries a result's default, which every task that fails has. A result that can't be written is told of by the first page.
fn check_result<R: Default + Serialize + DeserializeOwned>() -> Result<(), ServerFnErrorErr> {
    const RULE: &str = "the result of a task must be a struct that has no fields `reason` and `message`";
    let exit = serde_json::to_string(&Exit::<R>::new(Reason::Normal));
    let read = exit.and_then(|exit| serde_json::from_str::<Exit<R>>(&exit));
    read.map(drop).map_err(|error| ServerFnErrorErr::Serialization(format!("{RULE}: {error}")))
}

/// A chunk is sent as soon as it holds this many bytes, however much more is ready.
const CHUNK: usize = 16 * 1024;

/// A comment: a sign of life.
const COMMENT: &[u8] = b": keep-alive\n\n";

/// Events as bytes. Those that are ready together leave in one chunk. The stream is dropped at its end, and at an event that
/// no page would read.
pub(crate) fn encode<T: Item, R: Default + Serialize>(events: EventStream<T, R>) -> impl Stream<Item = Bytes> {
    let mut events = Some(events.0);
    stream::poll_fn(move |cx| {
        let mut chunk = BytesMut::new();
        while chunk.len() < CHUNK {
            match poll(&mut events, cx) {
                Poll::Ready(Some(Some(event))) => {
                    if let Err(why) = write_within(LIMIT, &mut chunk, &event) {
                        put(&mut chunk, "exit", &Exit::<R>::failed(why));
                        events = None;
                    }
                }
                Poll::Ready(Some(None)) => chunk.put_slice(COMMENT),
                Poll::Ready(None) | Poll::Pending if !chunk.is_empty() => break,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Some(chunk.freeze()))
    })
}

const TOO_LARGE: &str = "The task was ended: it sent more than 1 MiB in one item, the most that a page reads.";
const NO_ITEM: &str =
    "The task was ended: it sent an item that can't be written as JSON, or under a name of the link's own.";
const NO_RESULT: &str = "The task has ended, but its result can't be written: it has to be a struct.";

fn poll<S: Stream + Unpin>(events: &mut Option<S>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
    let Some(stream) = events else { return Poll::Ready(None) };
    let next = ready!(stream.poll_next_unpin(cx));
    if next.is_none() {
        *events = None;
    }
    Poll::Ready(next)
}

/// Writes one event of at most `most` bytes, or nothing. The error is a sentence for the page.
fn write_within<T: Item, R: Serialize>(
    most: usize,
    chunk: &mut BytesMut,
    event: &Event<T, R>,
) -> Result<(), &'static str> {
    let before = chunk.len();
    let written = write(chunk, event);
    let fits = if chunk.len() - before > most { Err(TOO_LARGE) } else { written };
    if fits.is_err() {
        chunk.truncate(before); // half an event would spoil the next one
    }
    fits
}

/// Writes one event. JSON escapes line ends, so each fits on one `data:` line.
fn write<T: Item, R: Serialize>(chunk: &mut BytesMut, event: &Event<T, R>) -> Result<(), &'static str> {
    let (is_written, otherwise) = match event {
        Event::Start { task } => (put(chunk, "start", &Started { task: task.clone() }), NO_ITEM),
        Event::Item(item) if matches!(item.event(), "start" | "exit") => (false, NO_ITEM),
        Event::Item(item) => (put(chunk, item.event(), item), NO_ITEM),
        Event::Exit(exit) => (put(chunk, "exit", exit), NO_RESULT),
    };
    if is_written { Ok(()) } else { Err(otherwise) }
}

/// Returns whether all of it could be written.
fn put(chunk: &mut BytesMut, name: &str, data: &impl Serialize) -> bool {
    chunk.put_slice(b"event: ");
    chunk.put_slice(name.as_bytes());
    chunk.put_slice(b"\ndata: ");
    let is_written = serde_json::to_writer((&mut *chunk).writer(), data).is_ok();
    chunk.put_slice(b"\n\n");
    is_written
}

const UNREADABLE: &str = "The server sent something that this page can't read. Reload the page, in case it is older than the \
                          server. If that doesn't help, look at the proxy between the two.";

/// Bytes as events, however they were split. Bytes that are no event are a sign of life. The stream ends with an exit of
/// this page's own where the events stop making sense, and without one where the bytes end.
fn decode<T, R, E>(bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> EventStream<T, R>
where
    T: Item,
    R: Default + DeserializeOwned + Send + 'static,
{
    let mut bytes = Some(Box::pin(bytes));
    let (mut decoder, mut is_heard) = (Decoder::default(), false);
    EventStream::with_comments(stream::poll_fn(move |cx| {
        loop {
            let Some(more) = &mut bytes else { return Poll::Ready(None) };
            let event = match decoder.next() {
                Ok(None) if mem::take(&mut is_heard) => return Poll::Ready(Some(None)),
                Ok(None) => {
                    let Some(Ok(chunk)) = ready!(more.poll_next_unpin(cx)) else { return Poll::Ready(None) };
                    decoder.feed(&chunk);
                    is_heard = true;
                    continue;
                }
                Ok(Some(frame)) => read(&frame).map(Result::ok),
                Err(_) => Some(None),
            };
            is_heard = false;
            match event {
                None => {} // of a later version
                Some(Some(event)) => return Poll::Ready(Some(Some(event))),
                Some(None) => {
                    bytes = None;
                    return Poll::Ready(Some(Some(Event::Exit(Exit::failed(UNREADABLE)))));
                }
            }
        }
    }))
}

#[derive(Serialize, Deserialize)]
struct Started {
    task: TaskId,
}

/// The event that a frame stands for; none if it has a name that this version doesn't know.
fn read<T: Item, R: DeserializeOwned>(frame: &Frame) -> Option<serde_json::Result<Event<T, R>>> {
    match frame.event.as_str() {
        "start" => Some(serde_json::from_str::<Started>(&frame.data).map(|s| Event::Start { task: s.task })),
        "exit" => Some(serde_json::from_str(&frame.data).map(Event::Exit)),
        name => T::read(name, &frame.data).map(|item| item.map(Event::Item)),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
