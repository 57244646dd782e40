//! Bytes that are not HTTP, and HTTP with random mutations.

use proptest::{collection::vec, prelude::*, sample::Index};
use std::fmt;

/// A valid question: a head, a body in chunks, a trailer.
pub(crate) fn chunked_question() -> Vec<u8> {
    let body = [r#"{"messages":[{"role":"#, r#""user","content":"Hi"}],"max_tokens":1}"#];
    let chunks = body.map(|chunk| format!("{:x};name=value\r\n{chunk}\r\n", chunk.len())).concat();
    format!("{CHUNKED}{chunks}0\r\nx-trailer: 1\r\n\r\n").into_bytes()
}

const CHUNKED: &str =
    "POST /api/chat HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";

/// Bytes to send. Its `Debug` form shows text as text.
#[derive(Clone)]
pub(crate) struct Garbage(pub(crate) Vec<u8>);

impl fmt::Debug for Garbage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// Random bytes, or a mutated request.
pub(crate) fn garbage() -> impl Strategy<Value = Garbage> {
    let question =
        b"POST /api/kill HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 10\r\n\r\n{\"task\":7}";
    let pipelined = [question.as_slice(), question].concat();
    prop_oneof![
        2 => vec(any::<u8>(), 0..600),
        1 => vec(any::<u8>(), 0..200).prop_map(|bytes| [PREFACE, &bytes].concat()),
        3 => mangled(chunked_question()),
        3 => mangled(question.to_vec()),
        1 => mangled(pipelined),
    ]
    .prop_map(Garbage)
}

/// The connection preface of HTTP/2.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// One mutation at one place.
#[derive(Clone, Debug)]
enum Change {
    Put(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
}

/// These bytes after some mutations.
pub(crate) fn mangled(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), prop::sample::select(&b"\"\\{}[]:,0-eE\r\n \t\0%;"[..])];
    let change = prop_oneof![
        4 => (any::<Index>(), byte.clone()).prop_map(|(at, byte)| Change::Put(at, byte)),
        4 => (any::<Index>(), vec(byte, 1..6)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        2 => (any::<Index>(), 1_usize..9).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (any::<Index>(), 2_usize..300).prop_map(|(at, times)| Change::Repeat(at, times)),
        1 => any::<Index>().prop_map(Change::Cut),
    ];
    vec(change, 1..5).prop_map(move |changes| changes.into_iter().fold(bytes.clone(), change_one))
}

fn change_one(mut bytes: Vec<u8>, change: Change) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    let length = bytes.len();
    match change {
        Change::Put(at, byte) => bytes[at.index(length)] = byte,
        Change::Insert(at, more) => drop(bytes.splice(at.index(length)..at.index(length), more)),
        Change::Remove(at, count) => drop(bytes.drain(at.index(length)..length.min(at.index(length) + count))),
        Change::Repeat(at, times) => {
            let (start, end) = (at.index(length), length.min(at.index(length) + 9));
            let more = bytes[start..end].repeat(times);
            drop(bytes.splice(start..start, more));
        }
        Change::Cut(at) => bytes.truncate(at.index(length)),
    }
    bytes
}

/// Requests that every HTTP server must refuse.
pub(crate) fn improper() -> Vec<(&'static str, Vec<u8>)> {
    let post =
        |headers: &str, body: &str| format!("POST /api/kill HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n\r\n{body}");
    let chunks = |chunks: &str| format!("{CHUNKED}{chunks}");
    let get = |line: &str| format!("{line}\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let texts = [
        ("another protocol", "SSH-2.0-OpenSSH_9.2\r\n".into()),
        ("HTTP of the first days", "GET /api/models\r\n\r\n".into()),
        ("HTTP that is yet to come", get("GET /api/models HTTP/4.2")),
        ("no version", get("GET /api/models")),
        ("no method", get(" /api/models HTTP/1.1")),
        ("a method that is none", get("G(T /api/models HTTP/1.1")),
        ("a space in the address", get("GET /api/ models HTTP/1.1")),
        ("a header without a colon", post("content-length", "")),
        ("a header without a name", post(": 7", "")),
        ("a space in a header's name", post("content length: 0", "")),
        ("a header with a NUL", post("x-any: a\0b", "")),
        ("a folded header", post("x-any: a\r\n b\r\ncontent-length: 0", "")),
        ("a head that is too long", post(&format!("x-any: {}", "x".repeat(100_000)), "")),
        ("an address that is too long", get(&format!("GET /api/{} HTTP/1.1", "x".repeat(100_000)))),
        ("too many headers", post(&vec!["x-any: 1"; 5_000].join("\r\n"), "")),
        ("two lengths", post("content-length: 10\r\ncontent-length: 11", "{\"task\":7} ")),
        ("a length below nothing", post("content-length: -1", "")),
        ("a length in words", post("content-length: ten", "{\"task\":7}")),
        ("a length with a sign", post("content-length: +10", "{\"task\":7}")),
        ("a length beyond all numbers", post("content-length: 18446744073709551616", "{}")),
        ("no chunk's length", chunks("\r\n{}\r\n0\r\n\r\n")),
        ("a chunk's length in words", chunks("ten\r\n{}\r\n0\r\n\r\n")),
        ("a chunk's length beyond all numbers", chunks("fffffffffffffffff\r\n{}\r\n0\r\n\r\n")),
        ("a chunk's length below nothing", chunks("-2\r\n{}\r\n0\r\n\r\n")),
        ("a chunk that is longer than it says", chunks("1\r\n{}\r\n0\r\n\r\n")),
        ("an extension without an end", chunks(&format!("2;{}", "x".repeat(100_000)))),
        ("trailers without an end", chunks(&format!("2\r\n{{}}\r\n0\r\n{}", "x-any: 1\r\n".repeat(20_000)))),
        ("chunks that aren't the last coding", post("transfer-encoding: chunked, gzip", "2\r\n{}\r\n0\r\n\r\n")),
        ("a coding that nobody knows", post("transfer-encoding: smoke", "{\"task\":7}")),
        ("TLS", "\x16\x03\x01\x02\0\x01\0\x01".repeat(20)),
        ("NULs", "\0".repeat(10_000)),
    ];
    texts.map(|(what, text)| (what, text.into_bytes())).into()
}

/// Requests that break off.
pub(crate) fn cut_off() -> Vec<(&'static str, Vec<u8>)> {
    let http2 = |frames: &[&[u8]]| [PREFACE, &frames.concat()].concat();
    [
        ("nothing", Vec::new()),
        ("a line end", b"\r\n".to_vec()),
        ("a body", b"POST /api/kill HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{\"ta".to_vec()),
        ("a chunk", format!("{CHUNKED}ff\r\n{{}}").into()),
        ("chunks", format!("{CHUNKED}2\r\n{{}}\r\n").into()),
        ("HTTP/2", http2(&[])),
        ("HTTP/2 and rubbish", http2(&[&[0xff; 500]])),
        ("HTTP/2 and a frame that is too long", http2(&[&[0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]])),
        (
            "HTTP/2 and headers that can't be unpacked",
            http2(&[SETTINGS, &[0, 0, 3, 1, 5, 0, 0, 0, 1, 0xff, 0xff, 0xff]]),
        ),
    ]
    .into()
}

/// A frame of settings, without any.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
