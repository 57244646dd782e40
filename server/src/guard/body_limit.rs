//! The bodies of requests: how long one may be, how slowly it may come, how many may be on their way, and how much memory all of
//! them may take together. A body arrives whole before the request is given anything that others wait for.

use crate::{
    guard::{
        hold::hold,
        quota::{Full, Slot, Slots},
    },
    http::{client_addr::Client, refusal::refuse},
    os::pauses::timeout,
};
use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use futures::StreamExt;
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::task::spawn_blocking;

/// The longest body, in bytes: of a question, pictures included; of what is to be typeset, 256 KiB of text written as JSON; of
/// any other request, the form of the login page included.
const LIMIT: usize = 16 * 1024 * 1024;
const TYPESET: usize = 1024 * 1024;
pub(crate) const FORM: usize = 8 * 1024;

/// A longer body is weighed on a thread of its own, in bytes. A shorter one takes less than 0.1 ms.
const LONG: usize = 128 * 1024;

/// How much of a longer body is read and thrown away, so that who sends it gets to read the refusal: a connection closed
/// while it is still being written to loses what was answered.
const DISCARD: usize = 4 * LIMIT;

/// The bytes of memory for all bodies, 256 MiB, and for those of one client, 64 MiB, or of one network, 128 MiB.
static MEMORY: LazyLock<Arc<Slots>> = LazyLock::new(|| Slots::new(16 * LIMIT, 4 * LIMIT));

/// How many bodies may be on their way, and how many of one client.
static ARRIVING: LazyLock<Arc<Slots>> = LazyLock::new(|| Slots::new(8192, 512));

/// What values and objects of JSON take in memory, in bytes, at worst: far more than the few letters that make one.
const VALUE: usize = 64;
const OBJECT: usize = 704;

/// How much a body may weigh, its values included: as much as twice the longest, or some 40,000 messages.
const WEIGHT: usize = 2 * LIMIT;

/// How long somebody may keep us waiting for the next piece of a body, and for all of it.
const NEXT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_mins(5);

/// Why a body is refused.
#[derive(Clone, Copy, Debug)]
enum TooMuch {
    /// More than this, in bytes.
    Length(usize),
    Weight,
    Memory(Full),
    Arriving(Full),
}

impl TooMuch {
    fn refusal(self) -> Response {
        let (status, message) = match self {
            Self::Length(LIMIT) => (StatusCode::PAYLOAD_TOO_LARGE, "That is too much: a request goes up to 16 MiB."),
            Self::Length(TYPESET) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "That is too much: a request to this address goes up to 1 MiB.")
            }
            Self::Length(_) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "That is too much: a request to this address goes up to 8 KiB.")
            }
            Self::Weight => {
                (StatusCode::PAYLOAD_TOO_LARGE, "That is too much: send fewer values, some 40,000 messages at most.")
            }
            Self::Memory(Full::ForAll) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The requests at work take all the memory there is for them. Try again in a moment.",
            ),
            Self::Memory(Full::ForThisClient) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Your requests at work take all the memory that one client or network may have. Stop one, or wait for it, and try again.",
            ),
            Self::Arriving(Full::ForAll) => {
                (StatusCode::SERVICE_UNAVAILABLE, "Too many requests are arriving at once. Try again in a moment.")
            }
            Self::Arriving(Full::ForThisClient) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many requests of yours or of your network are arriving at once. Wait for one, and try again.",
            ),
        };
        refuse(status, message)
    }
}

/// The memory that a body takes, free again when this is dropped.
pub(crate) type Memory = Slot;

/// Middleware: hands a request on when its body has arrived. A question's memory is held by the task that it starts, and that
/// of any other body until the request is answered.
pub(crate) async fn arrive(request: Request, next: Next) -> Response {
    let client = Client::of(&request);
    let path = request.uri().path();
    let (limit, is_question) = (limit_at(path), path == "/api/chat");
    let (mut parts, body) = request.into_parts();
    let (body, memory) = match receive(body, limit, client).await {
        Ok(received) => received,
        Err(refusal) => return refusal,
    };
    let mut memory = Some(memory);
    if is_question {
        hold(&mut parts.extensions, memory.take());
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    drop(memory);
    response
}

/// How long a body for this path may be, in bytes.
fn limit_at(path: &str) -> usize {
    match path {
        "/api/chat" => LIMIT,
        "/api/typeset" => TYPESET,
        _ => FORM,
    }
}

/// The whole body, as far as it isn't too much, from who doesn't take for ever to send it.
pub(crate) async fn receive(body: Body, limit: usize, client: Client) -> Result<(Bytes, Memory), Response> {
    let mut memory = MEMORY.none(client);
    if body.is_end_stream() {
        return Ok((Bytes::new(), memory));
    }
    let _arriving = ARRIVING.take(client).map_err(|full| TooMuch::Arriving(full).refusal())?;
    let bytes = timeout(WHOLE, read(body, limit, &mut memory)).await.map_err(|_| too_slow())??;
    add_weight(&bytes, &mut memory).await.map_err(TooMuch::refusal)?;
    Ok((bytes, memory))
}

/// Takes what the body weighs while its request is at work. Its texts are there twice: as they came or in what is sent to the
/// model server, and in the question that was made of them.
async fn add_weight(bytes: &Bytes, memory: &mut Memory) -> Result<(), TooMuch> {
    let weight = if bytes.len() < LONG { weigh(bytes) } else { weigh_apart(bytes.clone()).await };
    if weight > WEIGHT {
        return Err(TooMuch::Weight);
    }
    memory.grow(weight + bytes.len()).map_err(TooMuch::Memory)
}

/// What there is no memory for is read as well, and thrown away: see [`DISCARD`].
async fn read(body: Body, limit: usize, memory: &mut Memory) -> Result<Bytes, Response> {
    let mut chunks = body.into_data_stream();
    let mut length = 0;
    let mut taken = Ok(Vec::new());
    while length <= DISCARD
        && let Some(chunk) = timeout(NEXT, chunks.next()).await.map_err(|_| too_slow())?
    {
        let chunk = chunk.map_err(|_| refuse(StatusCode::BAD_REQUEST, "The request broke off."))?;
        length += chunk.len();
        taken = taken.and_then(|bytes| take(bytes, &chunk, limit, memory));
    }
    taken.map(Bytes::from).map_err(TooMuch::refusal)
}

/// Takes a piece. The buffer doubles when it is full, and its memory is counted before it is there.
fn take(mut bytes: Vec<u8>, chunk: &[u8], limit: usize, memory: &mut Memory) -> Result<Vec<u8>, TooMuch> {
    let length = bytes.len() + chunk.len();
    if length > limit {
        return Err(TooMuch::Length(limit));
    }
    if length > bytes.capacity() {
        let capacity = (2 * length).min(limit);
        memory.grow(capacity).map_err(TooMuch::Memory)?;
        bytes.reserve_exact(capacity - bytes.len());
    }
    bytes.extend_from_slice(chunk);
    Ok(bytes)
}

/// The same, on a thread of its own: the bytes of a long body take a core for some milliseconds. A thread that panics has
/// weighed nothing that could be let in.
async fn weigh_apart(bytes: Bytes) -> usize {
    spawn_blocking(move || weigh(&bytes)).await.unwrap_or(usize::MAX)
}

/// What this takes in memory if it is JSON, itself included.
fn weigh(bytes: &[u8]) -> usize {
    let (mut weight, mut is_text, mut is_escaped) = (bytes.len(), false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            b',' | b'[' if !is_text => weight += VALUE,
            b'{' if !is_text => weight += OBJECT,
            _ => {}
        }
    }
    weight
}

/// Reads what comes of a request that is refused unread, and throws it away: who is still sending when the connection is
/// closed loses what was answered. Who sends many at once is not waited for.
pub(crate) async fn discard(body: Body, client: Client) {
    let Ok(_arriving) = ARRIVING.take(client) else { return };
    let mut chunks = body.into_data_stream();
    let mut length = 0;
    let reading = async {
        while let Ok(Some(Ok(chunk))) = timeout(NEXT, chunks.next()).await
            && length <= DISCARD
        {
            length += chunk.len();
        }
    };
    _ = timeout(WHOLE, reading).await;
}

/// Who takes too long is told so.
pub(crate) fn too_slow() -> Response {
    refuse(StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive. Try again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_far_more_memory_than_it_has_bytes_weighs_more() {
        assert!(weigh("[0,".repeat(1000).as_bytes()) > 1000 * VALUE);
        assert!(weigh(r#"{"":0},"#.repeat(1000).as_bytes()) > 1000 * OBJECT);
        let text = format!(r#"{{"content":"{}"}}"#, r#"[0,\"{"#.repeat(1000));
        assert_eq!(weigh(text.as_bytes()), text.len() + OBJECT, "that is a text");
    }

    /// What holds the memory of a body of so many bytes, or the status of its refusal.
    async fn arrived(length: usize, from: u8) -> Result<Memory, StatusCode> {
        let client = Client::at([10, 0, from, 1].into());
        let received = receive(Body::from(vec![b' '; length]), LIMIT, client).await;
        received.map(|(_, memory)| memory).map_err(|refusal| refusal.status())
    }

    #[tokio::test]
    async fn each_address_takes_bodies_as_long_as_it_has_a_use_for() {
        for (path, limit) in [
            ("/api/chat", "16 MiB"),
            ("/api/typeset", "1 MiB"),
            ("/api/task", "8 KiB"),
            ("/api/kill", "8 KiB"),
            ("/api/monitor", "8 KiB"),
            ("/api/models", "8 KiB"),
            ("/login", "8 KiB"),
        ] {
            let refusal = TooMuch::Length(limit_at(path)).refusal();
            assert_eq!(refusal.status(), StatusCode::PAYLOAD_TOO_LARGE);
            let message = axum::body::to_bytes(refusal.into_body(), 1024).await.unwrap();
            assert!(String::from_utf8_lossy(&message).contains(limit), "{path} {message:?}");
        }
    }

    #[tokio::test]
    async fn a_long_body_weighs_the_same_as_its_parts() {
        let long = Bytes::from("[0,".repeat(LONG));
        assert_eq!(weigh_apart(long.clone()).await, weigh(&long));
    }

    #[tokio::test]
    async fn a_client_has_two_of_the_longest_bodies_at_work_and_leaves_room_for_others() {
        let mut held = Vec::new();
        for client in [1, 1, 2, 2, 3, 3] {
            held.push(arrived(LIMIT, client).await.unwrap());
        }
        assert_eq!(arrived(1, 1).await.unwrap_err(), StatusCode::TOO_MANY_REQUESTS, "every byte counts");
        for client in [4, 4] {
            held.push(arrived(LIMIT, client).await.unwrap());
        }
        assert_eq!(arrived(1, 6).await.unwrap_err(), StatusCode::SERVICE_UNAVAILABLE);
        held.pop();
        assert!(arrived(LIMIT, 6).await.is_ok());
    }

    #[tokio::test]
    async fn bodies_of_any_length_take_what_they_take_twice_and_no_client_more_than_its_share() {
        let client = Client::at([10, 1, 1, 1].into());
        for length in [100_000, 63 * 1024] {
            let slots = Slots::new(16 * LIMIT, 4 * LIMIT);
            let one = async || {
                let mut memory = slots.none(client);
                let bytes = read(Body::from(vec![b' '; length]), LIMIT, &mut memory).await.ok()?;
                add_weight(&bytes, &mut memory).await.ok().map(|()| memory)
            };
            let mut held = Vec::new();
            while let Some(memory) = one().await {
                held.push(memory);
            }
            assert_eq!(held.len(), 4 * LIMIT / (2 * length), "{length}");
        }
    }
}
