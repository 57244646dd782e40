//! One reader of server-sent events for both sides: the page reads its task with it, the server reads the upstream.
//!
//! It follows the
//! [specification](https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation) with
//! three differences, each because of a server in use:
//! - a line `error: …` outside of `data:` is an event named `error` (some servers report a failure mid-stream so);
//! - an event that the end of the stream cuts off before its blank line still counts ([`Decoder::finish`]);
//! - a line or event longer than [`LIMIT`] is an error instead of a full memory.

use std::mem;

/// The longest line, and the longest event, that is read: 1 MiB.
pub const LIMIT: usize = 1024 * 1024;

/// The memory that the buffer keeps for the next line: 16 KiB. After a longer line it frees the rest.
const KEPT: usize = 16 * 1024;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Its name; empty if it has none.
    pub event: String,
    /// Its data, lines joined with `\n`.
    pub data: String,
}

/// A line or an event was longer than [`LIMIT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Bytes in, events out. Survives any split: inside a character, inside a line end, inside an event.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// The number of bytes of `buffer` that have been read.
    read: usize,
    /// The number of bytes of `buffer` that hold no line end, so that a long line isn't searched again for every chunk.
    searched: usize,
    /// The last line ended in CR: an LF right after it belongs to that end.
    after_cr: bool,
    /// Whether any line has been read: a byte order mark may stand before the first one.
    begun: bool,
    /// The name of the event that is being read.
    event: String,
    /// Its data, if there has been any.
    data: Option<String>,
    /// It has said [`TooLong`].
    has_given_up: bool,
}

impl Decoder {
    /// Takes in what has arrived.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.read);
        self.searched -= self.read;
        self.read = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next event, or none until more has been fed.
    ///
    /// # Errors
    /// [`TooLong`], for good: what comes after it can't be trusted.
    #[expect(clippy::should_implement_trait, reason = "an iterator's end is for good, this one's is not")]
    pub fn next(&mut self) -> Result<Option<Frame>, TooLong> {
        if self.has_given_up {
            return Err(TooLong);
        }
        let next = self.read_on();
        self.has_given_up = next.is_err();
        next
    }

    /// The stream is over: the event that it ended in, if it did.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn finish(&mut self) -> Result<Option<Frame>, TooLong> {
        self.feed(b"\n");
        match self.next()? {
            Some(frame) => Ok(Some(frame)),
            None => Ok(self.dispatch()),
        }
    }

    fn read_on(&mut self) -> Result<Option<Frame>, TooLong> {
        while let Some(line) = self.line()? {
            if let Some(frame) = self.interpret(&line)? {
                return Ok(Some(frame));
            }
        }
        self.shrink();
        Ok(None)
    }

    /// Gives back what a long line has taken. The check for a quarter leaves a long line that is still growing alone.
    fn shrink(&mut self) {
        let left = self.buffer.len() - self.read;
        if self.buffer.capacity() > KEPT && left < self.buffer.capacity() / 4 {
            self.feed(&[]); // moves what is left to the front
            self.buffer.shrink_to(KEPT);
        }
    }

    /// The next whole line, without its end: LF, CR or both.
    fn line(&mut self) -> Result<Option<String>, TooLong> {
        if self.after_cr && self.buffer.get(self.read) == Some(&b'\n') {
            self.after_cr = false;
            self.read += 1;
            self.searched = self.read;
        }
        let unseen = &self.buffer[self.searched..];
        let Some(end) = unseen.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            self.searched = self.buffer.len();
            return if self.buffer.len() - self.read > LIMIT { Err(TooLong) } else { Ok(None) };
        };
        let end = self.searched + end;
        let line = String::from_utf8_lossy(&self.buffer[self.read..end]).into_owned();
        if line.len() > LIMIT {
            return Err(TooLong); // not only the bytes count: the replacement of each invalid byte takes three
        }
        self.after_cr = self.buffer[end] == b'\r';
        self.read = end + 1;
        self.searched = self.read;
        Ok(Some(line))
    }

    /// Reads a line: part of an event, the end of one, or nothing.
    fn interpret(&mut self, line: &str) -> Result<Option<Frame>, TooLong> {
        let mark = if mem::replace(&mut self.begun, true) { "" } else { "\u{feff}" };
        let line = line.strip_prefix(mark).unwrap_or(line);
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => self.push(value)?,
            "event" => value.clone_into(&mut self.event),
            "error" => {
                self.dispatch(); // the event that it interrupts is discarded
                return Ok(Some(Frame { event: field.into(), data: value.into() }));
            }
            _ => {} // a comment (the field's name is empty then), an id, a retry, something new
        }
        Ok(None)
    }

    fn push(&mut self, value: &str) -> Result<(), TooLong> {
        let before = self.data.take().map(|data| data + "\n").unwrap_or_default();
        if before.len() + value.len() > LIMIT {
            return Err(TooLong);
        }
        self.data = Some(before + value);
        Ok(())
    }

    /// A blank line: the event is complete. One without data is none.
    fn dispatch(&mut self) -> Option<Frame> {
        let event = mem::take(&mut self.event);
        self.data.take().map(|data| Frame { event, data })
    }
}

#[cfg(test)]
mod tests;
