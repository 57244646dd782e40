//! Limits on responses that wait to be read: their memory, and the time that a client may leave one unread.
//!
//! An HTTP/2 client that keeps its flow-control windows shut reads nothing, and still answers pings. hyper then keeps the body
//! of the response and stops polling it. So a body gives its memory back after 15 minutes without a poll.
//!
//! A body is handed to hyper in small pieces. hyper holds a piece until the client has read it, and nothing counts those.

use crate::{
    guard::quota::{Exhausted, Permit, Quota},
    http::{assets::Embedded, client_addr::ClientAddr, refusal::refuse},
};
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{StatusCode, Version, header::CONTENT_TYPE},
    middleware::Next,
    response::Response,
};
use hyper::body::{Frame, SizeHint};
use server_fn::ContentType;
use starcrossed::Sse;
use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Waker, ready},
    time::Duration,
};
use tokio::time::sleep;

/// The memory of all unread responses, 128 MiB, and of those of one client, 32 MiB.
const MEMORY: usize = 128 * 1024 * 1024;
const MEMORY_EACH: usize = MEMORY / 4;

/// Responses up to this many bytes aren't counted: their HTTP/2 stream takes more. So health checks and refusals get through
/// when the memory is exhausted.
const SMALL: usize = 1024;

/// The memory of a counted response besides its bytes.
const OVERHEAD: usize = 1024;

/// The memory of a page. It is rendered while it is sent, so its length isn't known in advance.
const PAGE: usize = 64 * 1024;

/// The most bytes handed to hyper at once.
const PIECE: usize = 16 * 1024;

/// The interval between two checks, and the number of checks without a poll after which a body is dropped. The product is
/// the time for which an HTTP/1.1 connection may be stalled.
const LOOK: Duration = Duration::from_mins(1);
const LOOKS: u32 = 15;

/// The unread responses. Clones share them.
#[derive(Clone, Debug)]
pub struct Unread {
    memory: Arc<Quota>,
    bodies: Arc<Mutex<Vec<Weak<Reading>>>>,
}

impl Default for Unread {
    fn default() -> Self {
        Self { memory: Quota::new(MEMORY, MEMORY_EACH), bodies: Arc::default() }
    }
}

impl Unread {
    /// Drops the bodies that clients leave unread. Runs for as long as it is polled.
    pub async fn sweep(&self) -> Infallible {
        loop {
            sleep(LOOK).await;
            let bodies = self.bodies().clone();
            bodies.iter().filter_map(Weak::upgrade).for_each(|body| body.look());
        }
    }

    /// Wraps a body.
    fn watch(&self, body: Body, memory: Permit, is_http_2: bool) -> Body {
        let reading = Arc::new(Reading::of(body, memory));
        if is_http_2 {
            self.remember(&reading);
        }
        Body::new(Pieces(reading))
    }

    /// Removes dead entries whenever the list is full, so it is at most twice as long as needed.
    fn remember(&self, reading: &Arc<Reading>) {
        let mut bodies = self.bodies();
        if bodies.len() == bodies.capacity() {
            bodies.retain(|body| body.strong_count() > 0);
            let room = bodies.len().max(64);
            bodies.reserve_exact(room);
        }
        bodies.push(Arc::downgrade(reading));
    }

    fn bodies(&self) -> MutexGuard<'_, Vec<Weak<Reading>>> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Middleware: counts the memory of a response until its client has read it. Without enough memory, it refuses the request.
pub(crate) async fn hold(State(unread): State<Unread>, request: Request, next: Next) -> Response {
    let (client, is_http_2) = (ClientAddr::of(&request), request.version() == Version::HTTP_2);
    let response = next.run(request).await;
    let Some(bytes) = counted(&response) else { return response };
    let mut memory = unread.memory.none(client);
    match memory.grow(bytes) {
        Ok(()) => response.map(|body| unread.watch(body, memory, is_http_2)),
        Err(full) => too_much(full),
    }
}

/// The bytes that a response counts as. None if it is too small to count. The streams of tasks count as 0 bytes, since
/// [`task_limit`](crate::guard::task_limit) limits their number.
fn counted(response: &Response) -> Option<usize> {
    if response.extensions().get::<Embedded>().is_some() {
        return None;
    }
    if response.headers().get(CONTENT_TYPE).is_some_and(|is| is == Sse::CONTENT_TYPE) {
        return Some(0);
    }
    let Some(length) = response.body().size_hint().exact() else { return Some(PAGE) };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    (length > SMALL).then(|| length.saturating_add(OVERHEAD))
}

fn too_much(full: Exhausted) -> Response {
    match full {
        Exhausted::ForAll => refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "The responses that wait to be read take all their memory. Try again in a moment.",
        ),
        Exhausted::ForThisClient => refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "Your responses that wait to be read take all the memory that one client or network may have. Read them or close \
             their connections, and try again.",
        ),
    }
}

/// A body and the number of checks since its last poll. `held` is empty once the body was dropped for being left unread.
#[derive(Debug)]
struct Reading {
    held: Mutex<Option<Held>>,
    /// Checks since the last poll.
    looks: AtomicU32,
}

#[derive(Debug)]
struct Held {
    body: Body,
    /// Data of the body that hyper hasn't been given yet.
    rest: Bytes,
    /// Wakes the connection when the body is dropped.
    waker: Option<Waker>,
    _memory: Permit,
}

impl Reading {
    fn of(body: Body, memory: Permit) -> Self {
        let held = Held { body, rest: Bytes::new(), waker: None, _memory: memory };
        Self { held: Mutex::new(Some(held)), looks: AtomicU32::new(0) }
    }

    /// Counts a check. Drops the body after too many checks without a poll.
    fn look(&self) {
        if self.looks.fetch_add(1, Ordering::Relaxed) + 1 < LOOKS {
            return;
        }
        let left_alone = self.held().take();
        if let Some(waker) = left_alone.and_then(|held| held.waker) {
            waker.wake();
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The next piece, the trailers, or the end of the body.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let frame = match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                ended => return Poll::Ready(ended),
            };
            match frame.into_data() {
                Ok(data) => self.rest = data,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn note(&mut self, waker: &Waker) {
        match &mut self.waker {
            Some(known) => known.clone_from(waker),
            None => self.waker = Some(waker.clone()),
        }
    }

    fn size(&self) -> SizeHint {
        let (body, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut size = SizeHint::new();
        size.set_lower(body.lower() + rest);
        if let Some(upper) = body.upper() {
            size.set_upper(upper + rest);
        }
        size
    }
}

/// A body, handed out in pieces.
#[derive(Debug)]
struct Pieces(Arc<Reading>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.0.looks.store(0, Ordering::Relaxed);
        let mut held = self.0.held();
        let Some(held) = &mut *held else {
            return Poll::Ready(Some(Err(axum::Error::new("the client has left this response unread"))));
        };
        let polled = held.poll_piece(cx);
        if polled.is_pending() {
            held.note(cx.waker());
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.held().as_ref().is_some_and(|held| held.rest.is_empty() && held.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.0.held().as_ref().map_or_else(SizeHint::new, Held::size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{StreamExt, stream};
    use http_body_util::BodyExt;
    use tokio_util::task::AbortOnDropHandle;

    fn watched(unread: &Unread, body: Body) -> Body {
        let client = ClientAddr::at([10, 0, 0, 1].into());
        let mut memory = unread.memory.none(client);
        memory.grow(1000).unwrap();
        unread.watch(body, memory, true)
    }

    fn taken(unread: &Unread) -> usize {
        unread.memory.taken_by(ClientAddr::at([10, 0, 0, 1].into()))
    }

    #[tokio::test]
    async fn a_body_comes_through_whole_in_small_pieces_and_with_its_length() {
        let unread = Unread::default();
        let text = b"abcdefghijklmnopqrstuvwxyz".iter().copied().cycle().take(100_000).collect::<Vec<_>>();
        let body = watched(&unread, Body::from(text.clone()));
        assert_eq!(body.size_hint().exact(), Some(100_000));
        let pieces = body.into_data_stream().map(Result::unwrap).collect::<Vec<_>>().await;
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(pieces.concat(), text);
        assert_eq!(taken(&unread), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_left_alone_is_dropped_and_one_that_is_read_is_not() {
        let unread = Unread::default();
        let (mut left, mut read) = (watched(&unread, Body::from("left")), watched(&unread, endless()));
        let reading = async {
            for _ in 0..4 * LOOKS {
                read.frame().await.unwrap().unwrap();
                sleep(LOOK / 2).await;
            }
        };
        tokio::select! {
            () = reading => {}
            never = unread.sweep() => match never {},
        }
        assert_eq!(taken(&unread), 1000, "one of them");
        assert!(left.frame().await.unwrap().is_err());
        assert!(read.frame().await.unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_body_that_is_dropped_is_woken() {
        let unread = Unread::default();
        let mut silent = watched(&unread, Body::from_stream(stream::pending::<Result<Bytes, Infallible>>()));
        let _sweeping = AbortOnDropHandle::new(tokio::spawn(async move { unread.sweep().await })); // it polls nothing else
        assert!(silent.frame().await.unwrap().is_err());
    }

    #[tokio::test]
    async fn bodies_that_are_gone_are_forgotten() {
        let unread = Unread::default();
        let held = (0..100).map(|_| watched(&unread, Body::empty())).collect::<Vec<_>>();
        (0..10_000).for_each(|_| drop(watched(&unread, Body::empty())));
        assert!(unread.bodies().len() <= 2 * held.len());
        assert_eq!(taken(&unread), 1000 * held.len());
    }

    fn endless() -> Body {
        Body::from_stream(stream::repeat(Ok::<_, Infallible>(Bytes::from_static(b"more"))))
    }
}
