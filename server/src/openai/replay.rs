//! An answer without its connection, for who has nothing but the bytes: tests, and what throws arbitrary ones at it
//! (`server/fuzz`). It takes the way that every answer takes, from bytes to deltas and an end.

use super::{answer::Answer, dialect, failure::Failure, upstream::Upstream};
use app::{chat::message::Delta, link::Exit};

/// What a page is told of an answer that arrives as a stream, in these pieces, and of its end. What comes after the answer's
/// last word isn't read.
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
    let (mut answer, mut out) = (Answer::default(), Vec::new());
    let read = answer.take_whole(dialect::read_whole(body), body, &mut out);
    let exit = answer.end(read, upstream, &mut out);
    (out, exit)
}

fn read<'a>(
    answer: &mut Answer,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    out: &mut Vec<Delta>,
) -> Result<(), Failure> {
    for piece in pieces {
        if answer.feed(piece, out)? {
            return Ok(());
        }
    }
    answer.feed_end(out)
}
