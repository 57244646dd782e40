//! The body of an answer, taken apart by what it holds. Its label (`Content-Type`) isn't looked at: servers send event streams
//! as `application/json`, one JSON answer as `text/event-stream`, and a bare JSON error between two events.
//!
//! A line that begins with `{` or `[` begins a JSON value, which may be many lines long. No event has such a line: to
//! the specification of server-sent events it is a field that nobody knows. Every other line is an event's.

use crate::models::openai::wire::stray_bytes::Marker;
use memchr::memchr2_iter;
use starcrossed::wire::{Decoder, Frame, LIMIT, TooLong};
use std::mem;

/// The longest JSON value that is read, in bytes: an answer in one piece.
const LONGEST: usize = 4 * LIMIT;

/// Some servers write it before the first line, and some proxies another before that.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Begins each value of a JSON text sequence ([RFC 7464](https://www.rfc-editor.org/rfc/rfc7464)).
const RECORD: u8 = 0x1e;

/// One part of a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A server-sent event.
    Event(Frame),
    /// A JSON value that isn't in an event, or what looks like one.
    Json(String),
}

impl Unit {
    /// Its text, as it was sent.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Event(frame) => &frame.data,
            Self::Json(json) => json,
        }
    }
}

/// Bytes in, units out. They are the same wherever the bytes were split.
#[derive(Debug, Default)]
pub(crate) struct Body {
    marker: Marker,
    decoder: Decoder,
    place: Place,
    /// The JSON value that is being read, or white space at the beginning of a line.
    held: Vec<u8>,
    has_begun: bool,
    is_over: bool,
    /// The length of a web page so far, in bytes.
    page: usize,
}

/// The part that the next byte belongs to.
#[derive(Debug, Default)]
enum Place {
    /// The beginning of a line.
    #[default]
    LineStart,
    /// A line of an event.
    Event,
    /// A JSON value.
    Json(Scan),
    /// A web page, which goes on to the end.
    Page,
}

impl Body {
    /// Takes in what has arrived, and puts what it completes into `units`.
    ///
    /// # Errors
    /// A line, an event or a value is longer than can be right. The units before it are in `units`.
    pub(crate) fn feed(&mut self, bytes: &[u8], units: &mut Vec<Unit>) -> Result<(), TooLong> {
        let marked = self.marker.mark(bytes);
        self.take(&marked, units)
    }

    /// Whether nothing more will arrive.
    pub(crate) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether there may be marks in the units, in place of bytes that are no UTF-8.
    pub(crate) const fn has_strays(&self) -> bool {
        self.marker.has_met_any()
    }

    fn take(&mut self, mut bytes: &[u8], units: &mut Vec<Unit>) -> Result<(), TooLong> {
        while !bytes.is_empty() {
            let read = match &mut self.place {
                Place::LineStart => self.begin_line(bytes, units)?,
                Place::Event => self.events(bytes, units)?,
                Place::Json(_) => self.json(bytes, units)?,
                Place::Page => self.page(bytes)?,
            };
            bytes = &bytes[read..];
        }
        Ok(())
    }

    /// Nothing more will arrive. An event that isn't closed is one all the same, and half a JSON value is none.
    ///
    /// # Errors
    /// The last event is longer than can be right.
    pub(crate) fn finish(&mut self, units: &mut Vec<Unit>) -> Result<(), TooLong> {
        self.is_over = true;
        let rest = self.marker.finish();
        self.take(&rest, units)?;
        while let Some(frame) = self.decoder.finish()? {
            units.push(Unit::Event(frame));
        }
        Ok(())
    }

    /// Reads the white space that a line begins with, and decides by what follows. Returns how much it has read.
    fn begin_line(&mut self, bytes: &[u8], units: &mut Vec<Unit>) -> Result<usize, TooLong> {
        let has_begun = self.has_begun;
        let is_mark = |byte: &u8| *byte == RECORD || (!has_begun && BYTE_ORDER_MARK.contains(byte));
        let is_white = |byte: &u8| matches!(byte, b' ' | b'\t') || is_mark(byte);
        let white = bytes.iter().take_while(|byte| is_white(byte)).count();
        self.held.extend(bytes[..white].iter().filter(|byte| !is_mark(byte)));
        if self.held.len() > LIMIT {
            return Err(TooLong);
        }
        let Some(next) = bytes.get(white) else { return Ok(white) };
        match next {
            b'{' | b'[' => {
                self.decode(b"\n\n", units)?; // the event before it is complete, with or without a blank line
                self.place = Place::Json(Scan::default());
            }
            b'<' if !has_begun => self.place = Place::Page,
            _ => {
                let white = mem::take(&mut self.held);
                self.decode(&white, units)?;
                self.place = Place::Event;
            }
        }
        self.held.clear();
        self.has_begun |= !matches!(next, b'\n' | b'\r');
        Ok(white)
    }

    /// Reads lines of events, up to one that may be something else.
    fn events(&mut self, bytes: &[u8], units: &mut Vec<Unit>) -> Result<usize, TooLong> {
        let starts = memchr2_iter(b'\n', b'\r', bytes).map(|end| end + 1);
        let is_special = |start: &usize| {
            let next = bytes.get(*start);
            next.is_none_or(|next| matches!(*next, b'{' | b'[' | b' ' | b'\t' | RECORD)) || !self.has_begun
        };
        let end = starts.into_iter().find(is_special);
        if end.is_some() {
            self.place = Place::LineStart;
        }
        let end = end.unwrap_or(bytes.len());
        self.decode(&bytes[..end], units)?;
        Ok(end)
    }

    fn decode(&mut self, bytes: &[u8], units: &mut Vec<Unit>) -> Result<(), TooLong> {
        self.decoder.feed(bytes);
        while let Some(frame) = self.decoder.next()? {
            units.push(Unit::Event(frame));
        }
        Ok(())
    }

    /// Reads a JSON value up to its end. What turns out to be none was a line that means nothing.
    fn json(&mut self, bytes: &[u8], units: &mut Vec<Unit>) -> Result<usize, TooLong> {
        let Place::Json(scan) = &mut self.place else { return Ok(0) };
        let stop = bytes.iter().enumerate().find_map(|(at, byte)| Some((at, scan.step(*byte)?)));
        let read = match stop {
            None => bytes.len(),
            Some((at, Scanned::Value)) => at + 1,
            Some((at, Scanned::None)) => at,
        };
        self.held.extend_from_slice(&bytes[..read]);
        if self.held.len() > LONGEST {
            return Err(TooLong);
        }
        let Some((_, scanned)) = stop else { return Ok(read) };
        let held = mem::take(&mut self.held);
        if matches!(scanned, Scanned::Value) {
            units.push(Unit::Json(String::from_utf8_lossy(&held).into_owned()));
            self.place = Place::LineStart;
        } else {
            self.decode(&held, units)?;
            self.place = Place::Event;
        }
        Ok(read)
    }

    fn page(&mut self, bytes: &[u8]) -> Result<usize, TooLong> {
        self.page += bytes.len();
        if self.page > LONGEST { Err(TooLong) } else { Ok(bytes.len()) }
    }
}

/// Looks for the end of a JSON value.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    is_string: bool,
    is_escaped: bool,
    /// The character that has opened the value, until it is clear that this is JSON.
    opened: Option<u8>,
}

enum Scanned {
    /// This byte is the last of the value.
    Value,
    /// With this byte it can't be JSON.
    None,
}

impl Scan {
    fn step(&mut self, byte: u8) -> Option<Scanned> {
        if self.opened.is_some() && !byte.is_ascii_whitespace() {
            let is_object = self.opened.take() == Some(b'{');
            // `D` is for a bare `[DONE]`.
            let begins: &[u8] = if is_object { b"\"}" } else { b"{[\"]D" };
            if !begins.contains(&byte) {
                return Some(Scanned::None);
            }
        }
        if self.is_string {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_string = false,
                _ => {}
            }
            return None;
        }
        match byte {
            b'"' => self.is_string = true,
            b'{' | b'[' => {
                self.opened = (self.depth == 0).then_some(byte);
                self.depth += 1;
            }
            b'}' | b']' => {
                self.depth -= 1; // there is one to close: the value has begun with one
                return (self.depth == 0).then_some(Scanned::Value);
            }
            _ => {}
        }
        None
    }
}

/// Whether there is something in a body, as far as it is known, that is neither an event nor a comment.
pub(crate) fn has_strays(body: &str) -> bool {
    let is_stray = |line: &str| {
        let field = line.split_once(':').map_or(line, |(field, _)| field);
        !line.trim().is_empty() && !matches!(field, "" | "data" | "event" | "id" | "retry" | "error")
    };
    body.trim_start_matches('\u{feff}').split(['\n', '\r']).any(is_stray)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;

    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Unit> {
        let (mut body, mut units) = (Body::default(), Vec::new());
        for piece in pieces {
            body.feed(piece, &mut units).unwrap();
        }
        body.finish(&mut units).unwrap();
        units
    }

    fn event(data: &str) -> Unit {
        Unit::Event(Frame { event: String::new(), data: data.into() })
    }

    fn json(text: &str) -> Unit {
        Unit::Json(text.into())
    }

    #[test]
    fn a_body_is_taken_apart_by_what_it_holds_wherever_it_was_split() {
        for (body, units) in [
            ("data: a\n\ndata: b\n\n", vec![event("a"), event("b")]),
            ("{\"a\":1}\n{\"b\":\"}\\\"{\"}\n", vec![json("{\"a\":1}"), json("{\"b\":\"}\\\"{\"}")]),
            ("{\n  \"a\": [\n    1\n  ]\n}", vec![json("{\n  \"a\": [\n    1\n  ]\n}")]),
            ("\u{feff}\n  {\"a\":1}{\"b\":2}", vec![json("{\"a\":1}"), json("{\"b\":2}")]),
            ("\u{feff}data: a\n\n", vec![event("a")]),
            ("\u{feff}\u{feff}data: a\n\n", vec![event("a")]),
            ("\u{1e}{\"a\":1}\n\u{1e}{\"b\":2}\n", vec![json("{\"a\":1}"), json("{\"b\":2}")]),
            ("data: a\n\n{\"e\":1}\n\ndata: b\n\n", vec![event("a"), json("{\"e\":1}"), event("b")]),
            ("data: a\r\n{\"e\":1}\r\ndata: b\r\n\r\n", vec![event("a"), json("{\"e\":1}"), event("b")]),
            ("data: a\r{\"e\":1}\rdata: b\r\r", vec![event("a"), json("{\"e\":1}"), event("b")]),
            (": c\n\n[DONE]\n", vec![json("[DONE]")]),
            ("[{\"a\":1},\n {\"b\":2}]", vec![json("[{\"a\":1},\n {\"b\":2}]")]),
            ("{curly\n\ndata: a\n\n[INFO] x\n\ndata: b\n\n", vec![event("a"), event("b")]),
            (" data: no event\n\ndata: {\"a\":\ndata: 1}\n\n", vec![event("{\"a\":\n1}")]),
            ("<html>\n{\"a\":1}\ndata: a\n\n", vec![]),
            ("data: a\n\n<p>\n\ndata: b\n\n", vec![event("a"), event("b")]),
            ("{\"half\":", vec![]),
            ("  \n\t", vec![]),
        ] {
            let bytes = body.as_bytes();
            assert_eq!(read([bytes]), units, "{body:?}");
            assert_eq!(read(bytes.chunks(1)), units, "{body:?} byte by byte");
            for at in 0..bytes.len() {
                assert_eq!(read([&bytes[..at], &bytes[at..]]), units, "{body:?} split at {at}");
            }
        }
    }

    #[test]
    fn what_never_ends_is_too_long() {
        for (begin, more) in [("{\"a\":\"", "x"), ("<html>", "x"), ("data: ", "x"), ("", " "), ("[\"", "\n")] {
            let (mut body, mut units) = (Body::default(), Vec::new());
            let more = more.repeat(64 * 1024);
            let mut fed = body.feed(begin.as_bytes(), &mut units);
            let fed_until_it_ends = (0..2 * LONGEST / more.len()).find(|_| {
                fed = body.feed(more.as_bytes(), &mut units);
                fed.is_err()
            });
            assert!(fed_until_it_ends.is_some() && units.is_empty(), "{begin:?}");
        }
    }

    #[test]
    fn strays_are_told_from_events_and_comments() {
        for body in ["", "\n \n", ": ping\n\n", "data: a\nid: 1\nretry: 3\nevent: x\n", "\u{feff}data\r\rerror: x"] {
            assert!(!has_strays(body), "{body:?}");
        }
        for body in ["Internal Server Error", "<html>", "{}", ": ping\noops\n", " data: a\n"] {
            assert!(has_strays(body), "{body:?}");
        }
    }
}
