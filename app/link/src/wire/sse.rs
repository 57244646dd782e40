//! The wire between task and page: server-sent events as the output encoding of a server function.
//!
//! Format: <https://html.spec.whatwg.org/multipage/server-sent-events.html>. A network chunk is not a message, so
//! reading goes through [`Decoder`], and writing puts all that is ready into one chunk.

use super::{
    Exit, Progress, Reason, TaskId,
    breath::Breath,
    decode::{Decoder, Frame},
};
use bytes::{BufMut, Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use http::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use server_fn::{
    ContentType,
    codec::{Encoding, FromRes, IntoRes},
    error::FromServerFnError,
    response::{ClientRes, TryRes},
};
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// What a task says to its page. `T` is a delta: one piece of what the task makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<T> {
    /// The task lives. Comes at once, before any work is done.
    Start {
        /// Its name, to ask `/api/fate` about.
        task: TaskId,
    },
    /// What the task waits for, before it makes something.
    Progress(Progress),
    /// The task made something.
    Delta(T),
    /// The task is no more. Always the last event.
    Exit(Exit),
    /// Nothing new; a comment on the wire, which no page sees.
    KeepAlive,
}

/// The events of one task, in order. On the server it owns the task; in the browser it owns the fetch.
pub struct EventStream<T>(Pin<Box<dyn Stream<Item = Event<T>> + Send>>);

impl<T> EventStream<T> {
    /// Wraps a stream of events.
    pub fn new(events: impl Stream<Item = Event<T>> + Send + 'static) -> Self {
        Self(Box::pin(events))
    }

    /// Hands on what the task says until it has said its last, and returns that. A stream that ends without an exit is
    /// never taken for complete. For a page: however much is said, the browser has time for the person in between.
    pub async fn listen<R>(mut self, on_event: impl Fn(Event<T>) -> R) -> Exit {
        let mut breath = Breath::new();
        while let Some(event) = self.next().await {
            match event {
                Event::Exit(exit) => return exit,
                event => drop(on_event(event)),
            }
            breath.take().await;
        }
        Exit::new(Reason::Lost)
    }
}

impl<T> Stream for EventStream<T> {
    type Item = Event<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event<T>>> {
        self.0.poll_next_unpin(cx)
    }
}

impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventStream")
    }
}

/// The output encoding: `#[server(output = Sse)]` on a function that returns an [`EventStream`].
#[derive(Debug)]
pub struct Sse;

impl ContentType for Sse {
    const CONTENT_TYPE: &'static str = "text/event-stream";
}

impl Encoding for Sse {
    const METHOD: Method = Method::POST;
}

impl<T, E, Response> IntoRes<Sse, Response, E> for EventStream<T>
where
    T: Serialize + Send + 'static,
    E: FromServerFnError,
    Response: TryRes<E>,
{
    async fn into_res(self) -> Result<Response, E> {
        Response::try_from_stream(Sse::CONTENT_TYPE, encode(self).map(Ok))
    }
}

impl<T, E, Response> FromRes<Sse, Response, E> for EventStream<T>
where
    T: DeserializeOwned + Send + 'static,
    E: FromServerFnError,
    Response: ClientRes<E> + Send,
{
    async fn from_res(response: Response) -> Result<Self, E> {
        Ok(decode(response.try_into_stream()?))
    }
}

/// A chunk is sent as soon as it holds this many bytes, however much more is ready.
const CHUNK: usize = 16 * 1024;

/// Events as bytes. Those that are ready together leave in one chunk.
pub fn encode<T: Serialize>(events: EventStream<T>) -> impl Stream<Item = Bytes> {
    let mut events = events.fuse();
    stream::poll_fn(move |cx| {
        let mut chunk = BytesMut::new();
        while chunk.len() < CHUNK {
            match events.poll_next_unpin(cx) {
                Poll::Ready(Some(event)) => write(&mut chunk, &event),
                Poll::Ready(None) | Poll::Pending if !chunk.is_empty() => break,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Some(chunk.freeze()))
    })
}

/// Writes one event. JSON escapes line ends, so each fits on one `data:` line.
fn write<T: Serialize>(chunk: &mut BytesMut, event: &Event<T>) {
    match event {
        Event::Start { task } => put(chunk, "start", &Started { task: task.clone() }),
        Event::Progress(progress) => put(chunk, "progress", progress),
        Event::Delta(delta) => put(chunk, "delta", delta),
        Event::Exit(exit) => put(chunk, "exit", exit),
        Event::KeepAlive => chunk.put_slice(b": keep-alive\n\n"),
    }
}

fn put(chunk: &mut BytesMut, name: &str, data: &impl Serialize) {
    let before = chunk.len();
    chunk.put_slice(b"event: ");
    chunk.put_slice(name.as_bytes());
    chunk.put_slice(b"\ndata: ");
    if serde_json::to_writer((&mut *chunk).writer(), data).is_err() {
        // Only a delta whose own Serialize fails comes here. Half an event would spoil the next one.
        chunk.truncate(before);
        return;
    }
    chunk.put_slice(b"\n\n");
}

/// Bytes as events, however they were split. The stream ends where the events stop making sense, so whatever is amiss
/// looks like what it is: a stream that ended without an exit.
pub fn decode<T, E>(bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> EventStream<T>
where
    T: DeserializeOwned + Send + 'static,
{
    let mut bytes = Box::pin(bytes);
    let mut decoder = Decoder::default();
    EventStream::new(stream::poll_fn(move |cx| {
        loop {
            match decoder.next() {
                Ok(Some(frame)) => match read(&frame) {
                    Some(event) => return Poll::Ready(event.ok()),
                    None => continue,
                },
                Ok(None) => {}
                Err(_) => return Poll::Ready(None),
            }
            match ready!(bytes.poll_next_unpin(cx)) {
                Some(Ok(chunk)) => decoder.feed(&chunk),
                Some(Err(_)) | None => return Poll::Ready(None),
            }
        }
    }))
}

#[derive(Serialize, Deserialize)]
struct Started {
    task: TaskId,
}

/// The event that a frame stands for; none if it has a name that this version doesn't know.
fn read<T: DeserializeOwned>(frame: &Frame) -> Option<serde_json::Result<Event<T>>> {
    match frame.event.as_str() {
        "start" => Some(serde_json::from_str::<Started>(&frame.data).map(|s| Event::Start { task: s.task })),
        // One that this version doesn't understand is no reason to lose an answer.
        "progress" => serde_json::from_str(&frame.data).ok().map(|progress| Ok(Event::Progress(progress))),
        "delta" => Some(serde_json::from_str(&frame.data).map(Event::Delta)),
        "exit" => Some(serde_json::from_str(&frame.data).map(Event::Exit)),
        _ => None,
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
