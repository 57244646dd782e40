//! The bodies of requests: how long one may be, how slowly it may come, and how much memory all of them together may take.

use crate::{
    api::refuse,
    clients::Client,
    patience::timeout,
    slots::{Full, Slot, Slots},
};
use axum::{body::Body, http::StatusCode, response::Response};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

/// The longest body: 16 MiB, pictures included.
const LIMIT: usize = 16 * 1024 * 1024;

/// How much of a longer body is read and thrown away, so that who sends it gets to read the refusal: a connection closed
/// while it is still being written to loses what was answered.
const DISCARD: usize = 4 * LIMIT;

/// Long bodies take places as they arrive, one for each of these after the first.
const PIECE: usize = 64 * 1024;

/// How many places there are, 256 MiB in all, and for one client, four of the longest.
static PLACES: LazyLock<Arc<Slots>> = LazyLock::new(|| Slots::new(16 * LIMIT / PIECE, 4 * LIMIT / PIECE));

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
    Length,
    Weight,
    Places(Full),
}

impl TooMuch {
    fn refusal(self) -> Response {
        let (status, message) = match self {
            Self::Length => (StatusCode::PAYLOAD_TOO_LARGE, "That is too much: a request goes up to 16 MiB."),
            Self::Weight => {
                (StatusCode::PAYLOAD_TOO_LARGE, "That is too much: send fewer values, some 40,000 messages at most.")
            }
            Self::Places(Full::ForAll) => {
                (StatusCode::SERVICE_UNAVAILABLE, "Too many large requests are being answered. Try again in a moment.")
            }
            Self::Places(Full::ForThisClient) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many large requests of yours are being answered. Stop one, or wait for it, and try again.",
            ),
        };
        refuse(status, message)
    }
}

/// The places that a body has taken, free again when this is dropped.
pub(crate) type Places = Vec<Slot>;

/// The whole body, as far as it isn't too much, from who doesn't take for ever to send it.
pub(crate) async fn receive(body: Body, client: Client) -> Result<(Bytes, Places), Response> {
    let (bytes, mut places) = timeout(WHOLE, read(body, client)).await.map_err(|_| too_slow())??;
    add_weight(&bytes, &mut places, client).map_err(TooMuch::refusal)?;
    Ok((bytes, places))
}

fn add_weight(bytes: &[u8], places: &mut Places, client: Client) -> Result<(), TooMuch> {
    let weight = weigh(bytes);
    if weight > WEIGHT { Err(TooMuch::Weight) } else { make_room(places, weight, client) }
}

/// What there is no place for is read as well, and thrown away: see [`DISCARD`].
async fn read(body: Body, client: Client) -> Result<(Bytes, Places), Response> {
    let mut chunks = body.into_data_stream();
    let mut length = 0;
    let mut taken = Ok((BytesMut::new(), Places::new()));
    while length <= DISCARD
        && let Some(chunk) = timeout(NEXT, chunks.next()).await.map_err(|_| too_slow())?
    {
        let chunk = chunk.map_err(|_| refuse(StatusCode::BAD_REQUEST, "The request broke off."))?;
        length += chunk.len();
        taken = taken.and_then(|taken| take(taken, &chunk, client));
    }
    taken.map(|(bytes, places)| (bytes.freeze(), places)).map_err(TooMuch::refusal)
}

fn take(
    (mut bytes, mut places): (BytesMut, Places),
    chunk: &[u8],
    client: Client,
) -> Result<(BytesMut, Places), TooMuch> {
    let length = bytes.len() + chunk.len();
    if length > LIMIT {
        return Err(TooMuch::Length);
    }
    make_room(&mut places, length, client)?;
    bytes.extend_from_slice(chunk);
    Ok((bytes, places))
}

/// Takes what a body of this weight needs.
fn make_room(places: &mut Places, weight: usize, client: Client) -> Result<(), TooMuch> {
    while places.len() < weight / PIECE {
        places.push(PLACES.take(client).map_err(TooMuch::Places)?);
    }
    Ok(())
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
/// closed loses what was answered.
pub(crate) async fn discard(body: Body) {
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

    #[tokio::test]
    async fn a_client_has_four_of_the_longest_bodies_and_leaves_room_for_others() {
        let receive = async |n: u8| receive(Body::from(vec![b' '; LIMIT]), Client::at([10, 0, 0, n].into())).await;
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(receive(1).await.unwrap().1);
        }
        assert_eq!(receive(1).await.unwrap_err().status(), StatusCode::TOO_MANY_REQUESTS);
        for n in (2..5).flat_map(|n| [n; 4]) {
            held.push(receive(n).await.unwrap().1);
        }
        assert_eq!(receive(6).await.unwrap_err().status(), StatusCode::SERVICE_UNAVAILABLE);
        held.pop();
        assert!(receive(6).await.is_ok());
    }
}
