//! Limits on request bodies: their length, their slowness, their number, and the memory of all of them. A body arrives whole
//! before its request takes anything that others wait for.

use crate::{
    guard::{
        hold::hold,
        quota::{Exhausted, Permit, Quota},
    },
    http::{
        client_addr::ClientAddr,
        endpoints::{self, QUESTION, TYPESET},
        refusal::refuse,
    },
    os::pauses::timeout,
};
use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use futures::StreamExt;
use std::{sync::Arc, time::Duration};
use tokio::task::spawn_blocking;

/// The memory of a longer body, in bytes, is estimated on a thread of its own. A shorter one takes less than 0.1 ms.
const LONG: usize = 128 * 1024;

/// The most bytes of a refused body that are read and thrown away. A client that is still sending when its connection closes
/// loses the response, so it would never read the refusal.
const DISCARD: usize = 4 * QUESTION;

/// The most bodies on their way, and the most of one client.
const ARRIVING: usize = 8192;
const ARRIVING_EACH: usize = 512;

/// The memory for all bodies, 256 MiB, and for those of one client, 64 MiB.
const MEMORY: usize = 16 * QUESTION;
const MEMORY_EACH: usize = 4 * QUESTION;

/// The memory of a JSON value and of an object, in bytes, at worst. A value of a few letters takes far more than its text:
/// 64 bytes are a `serde_json::Value` with its share of a growing vector, 704 a map with one entry.
const VALUE: usize = 64;
const OBJECT: usize = 704;

/// The most memory of one body, its values included: twice the longest body, or about 40,000 messages.
const WEIGHT: usize = 2 * QUESTION;

/// The longest wait for the next chunk of a body, and for all of it.
const NEXT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_mins(5);

/// Why a body is refused.
#[derive(Clone, Copy, Debug)]
enum Exceeded {
    /// More than this, in bytes.
    Length(usize),
    Weight,
    Memory(Exhausted),
    Arriving(Exhausted),
}

impl Exceeded {
    fn refusal(self) -> Response {
        let (status, message) = match self {
            Self::Length(QUESTION) => (StatusCode::PAYLOAD_TOO_LARGE, "The request is too long. The limit is 16 MiB."),
            Self::Length(TYPESET) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "The request is too long. The limit of this address is 1 MiB.")
            }
            Self::Length(_) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "The request is too long. The limit of this address is 8 KiB.")
            }
            Self::Weight => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "The request holds too many values. Send at most about 40,000 messages.",
            ),
            Self::Memory(Exhausted::ForAll) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The running requests take all the memory for requests. Try again in a moment.",
            ),
            Self::Memory(Exhausted::ForThisClient) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Your running requests take all the memory that one client or network may have. Stop one, or wait for it, and try again.",
            ),
            Self::Arriving(Exhausted::ForAll) => {
                (StatusCode::SERVICE_UNAVAILABLE, "Too many requests are arriving at once. Try again in a moment.")
            }
            Self::Arriving(Exhausted::ForThisClient) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many requests of you or your network are arriving at once. Wait for one, and try again.",
            ),
        };
        refuse(status, message)
    }
}

/// The memory of a body. Dropping it gives the memory back.
pub(crate) type Memory = Permit;

/// The quotas of all bodies. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct BodyBudget {
    memory: Arc<Quota>,
    arriving: Arc<Quota>,
}

impl Default for BodyBudget {
    fn default() -> Self {
        Self { memory: Quota::new(MEMORY, MEMORY_EACH), arriving: Quota::new(ARRIVING, ARRIVING_EACH) }
    }
}

/// Middleware: hands a request on when its body has arrived. The memory of a body is held by the task that the request starts,
/// or else until the request is answered.
pub(crate) async fn arrive(State(bodies): State<BodyBudget>, request: Request, next: Next) -> Response {
    let client = ClientAddr::of(&request);
    let endpoint = endpoints::at(request.uri().path());
    let (mut parts, body) = request.into_parts();
    let (body, memory) = match bodies.receive(body, endpoint.max_body, client).await {
        Ok(received) => received,
        Err(refusal) => return refusal,
    };
    let _memory = hold(&mut parts.extensions, memory);
    next.run(Request::from_parts(parts, Body::from(body))).await
}

impl BodyBudget {
    /// Receives the whole body.
    ///
    /// # Errors
    /// It is longer than `limit`, takes too long, is cut off, or exceeds the memory: the refusal.
    pub(crate) async fn receive(
        &self,
        body: Body,
        limit: usize,
        client: ClientAddr,
    ) -> Result<(Bytes, Memory), Response> {
        let mut received = Received { bytes: Vec::new(), limit, memory: self.memory.none(client), refused: None };
        if body.is_end_stream() {
            return Ok((Bytes::new(), received.memory));
        }
        let _arriving = self.arriving.take(client).map_err(|full| Exceeded::Arriving(full).refusal())?;
        timeout(WHOLE, received.read(body)).await.map_err(|_| too_slow())??;
        let (bytes, mut memory) = received.finish().map_err(Exceeded::refusal)?;
        count_memory(&bytes, &mut memory).await.map_err(Exceeded::refusal)?;
        Ok((bytes, memory))
    }

    /// Reads the body of a request that is refused anyway, and throws it away: see [`DISCARD`]. A client that has too many bodies
    /// on their way is not waited for.
    pub(crate) async fn discard(&self, body: Body, client: ClientAddr) {
        let Ok(_arriving) = self.arriving.take(client) else { return };
        let refused = Some(Exceeded::Length(0));
        let mut received = Received { bytes: Vec::new(), limit: 0, memory: self.memory.none(client), refused };
        _ = timeout(WHOLE, received.read(body)).await;
    }
}

/// A body as far as it has arrived.
struct Received {
    bytes: Vec<u8>,
    /// The most bytes that are kept.
    limit: usize,
    memory: Memory,
    /// Once this is set, nothing more is kept.
    refused: Option<Exceeded>,
}

impl Received {
    /// Reads the body. What is refused is read as well, up to [`DISCARD`].
    ///
    /// # Errors
    /// The body was cut off, or nothing of it came for too long.
    async fn read(&mut self, body: Body) -> Result<(), Response> {
        let mut chunks = body.into_data_stream();
        let mut length = 0;
        while length <= DISCARD
            && let Some(chunk) = timeout(NEXT, chunks.next()).await.map_err(|_| too_slow())?
        {
            let chunk = chunk.map_err(|_| refuse(StatusCode::BAD_REQUEST, "The request was cut off."))?;
            length += chunk.len();
            if self.refused.is_none() {
                self.push(&chunk);
            }
        }
        Ok(())
    }

    /// Keeps a chunk, or nothing at all any more.
    fn push(&mut self, chunk: &[u8]) {
        match self.make_room(self.bytes.len() + chunk.len()) {
            Ok(()) => self.bytes.extend_from_slice(chunk),
            Err(refused) => (self.refused, self.bytes) = (Some(refused), Vec::new()),
        }
    }

    /// Makes room for so many bytes in all. The buffer doubles when it is full, and its memory is counted before it is there.
    fn make_room(&mut self, length: usize) -> Result<(), Exceeded> {
        if length > self.limit {
            return Err(Exceeded::Length(self.limit));
        }
        if length > self.bytes.capacity() {
            let capacity = (2 * length).min(self.limit);
            self.memory.grow(capacity).map_err(Exceeded::Memory)?;
            self.bytes.reserve_exact(capacity - self.bytes.len());
        }
        Ok(())
    }

    fn finish(self) -> Result<(Bytes, Memory), Exceeded> {
        match self.refused {
            Some(refused) => Err(refused),
            None => Ok((self.bytes.into(), self.memory)),
        }
    }
}

/// Takes the memory of the body while its request runs. Its texts are held twice: as received or as sent to the model server,
/// and in the parsed question.
async fn count_memory(bytes: &Bytes, memory: &mut Memory) -> Result<(), Exceeded> {
    let weight =
        if bytes.len() < LONG { estimate_memory(bytes) } else { estimate_memory_on_a_thread(bytes.clone()).await };
    if weight > WEIGHT {
        return Err(Exceeded::Weight);
    }
    memory.grow(weight + bytes.len()).map_err(Exceeded::Memory)
}

/// The same on a thread of its own, since a long body takes some milliseconds of CPU time. After a panic the body is refused.
async fn estimate_memory_on_a_thread(bytes: Bytes) -> usize {
    spawn_blocking(move || estimate_memory(&bytes)).await.unwrap_or(usize::MAX)
}

/// Estimates the memory of this text and of the JSON in it.
fn estimate_memory(bytes: &[u8]) -> usize {
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

/// The refusal of a body that takes too long.
pub(crate) fn too_slow() -> Response {
    refuse(StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive. Try again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_far_more_memory_than_it_has_bytes_weighs_more() {
        assert!(estimate_memory("[0,".repeat(1000).as_bytes()) > 1000 * VALUE);
        assert!(estimate_memory(r#"{"":0},"#.repeat(1000).as_bytes()) > 1000 * OBJECT);
        let text = format!(r#"{{"content":"{}"}}"#, r#"[0,\"{"#.repeat(1000));
        assert_eq!(estimate_memory(text.as_bytes()), text.len() + OBJECT, "that is a text");
    }

    /// What holds the memory of a body of so many bytes, or the status of its refusal.
    async fn arrived(bodies: &BodyBudget, length: usize, from: u8) -> Result<Memory, StatusCode> {
        let client = ClientAddr::at([10, 0, from, 1].into());
        let received = bodies.receive(Body::from(vec![b' '; length]), QUESTION, client).await;
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
            let refusal = Exceeded::Length(endpoints::at(path).max_body).refusal();
            assert_eq!(refusal.status(), StatusCode::PAYLOAD_TOO_LARGE);
            let message = axum::body::to_bytes(refusal.into_body(), 1024).await.unwrap();
            assert!(String::from_utf8_lossy(&message).contains(limit), "{path} {message:?}");
        }
    }

    #[tokio::test]
    async fn a_long_body_weighs_the_same_as_its_parts() {
        let long = Bytes::from("[0,".repeat(LONG));
        assert_eq!(estimate_memory_on_a_thread(long.clone()).await, estimate_memory(&long));
    }

    #[tokio::test]
    async fn a_client_has_two_of_the_longest_bodies_at_work_and_leaves_room_for_others() {
        let (bodies, mut held) = (BodyBudget::default(), Vec::new());
        for client in [1, 1, 2, 2, 3, 3] {
            held.push(arrived(&bodies, QUESTION, client).await.unwrap());
        }
        assert_eq!(arrived(&bodies, 1, 1).await.unwrap_err(), StatusCode::TOO_MANY_REQUESTS, "every byte counts");
        for client in [4, 4] {
            held.push(arrived(&bodies, QUESTION, client).await.unwrap());
        }
        assert_eq!(arrived(&bodies, 1, 6).await.unwrap_err(), StatusCode::SERVICE_UNAVAILABLE);
        held.pop();
        assert!(arrived(&bodies, QUESTION, 6).await.is_ok());
    }

    #[tokio::test]
    async fn bodies_of_any_length_take_what_they_take_twice_and_no_client_more_than_its_share() {
        let client = ClientAddr::at([10, 1, 1, 1].into());
        for length in [100_000, 63 * 1024] {
            let bodies = BodyBudget::default();
            let one = async || {
                let received = bodies.receive(Body::from(vec![b' '; length]), QUESTION, client).await;
                received.ok().map(|(_, memory)| memory)
            };
            let mut held = Vec::new();
            while let Some(memory) = one().await {
                held.push(memory);
            }
            assert_eq!(held.len(), MEMORY_EACH / (2 * length), "{length}");
        }
    }
}
