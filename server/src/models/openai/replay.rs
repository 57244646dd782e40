//! An answer without its connection, for who has nothing but the bytes: tests, and what throws arbitrary ones at it
//! (`server/fuzz`). It takes the way that every answer takes, from bytes to deltas and an end.

use crate::models::openai::{
    chunk, connection::upstream::Upstream, error::Failure, stream::answer::Answer, wire::body::Unit,
};
use app::chat::protocol::{answer::Exit, message::Delta};

/// The deltas and the exit of an answer that arrives in these pieces. Bytes after the end of the answer aren't read.
#[must_use]
pub fn stream<'a>(upstream: &Upstream, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Delta>, Exit) {
    let (mut answer, mut out) = (Answer::default(), Vec::new());
    let read = read(&mut answer, pieces, &mut out);
    let exit = answer.end(read, upstream, &mut out);
    (out, exit)
}

/// The same of an answer that arrives in one piece, although a stream was asked for.
#[must_use]
pub fn whole(upstream: &Upstream, body: &str) -> (Vec<Delta>, Exit) {
    stream(upstream, [body.as_bytes()])
}

fn read<'a>(
    answer: &mut Answer,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    out: &mut Vec<Delta>,
) -> Result<(), Failure> {
    let mut units = Vec::new();
    for piece in pieces {
        let fed = answer.feed(piece, &mut units);
        if hear(answer, &mut units, out)? {
            return Ok(());
        }
        fed?;
    }
    let fed = answer.feed_end(&mut units);
    hear(answer, &mut units, out)?;
    Ok(fed?)
}

fn hear(answer: &mut Answer, units: &mut Vec<Unit>, out: &mut Vec<Delta>) -> Result<bool, Failure> {
    for unit in units.drain(..) {
        if answer.hear_all(chunk::read(&unit), &unit, out)? {
            return Ok(true);
        }
    }
    Ok(false)
}
