//! Requests that are valid HTTP under `/api`, and random otherwise.

use crate::mutate::mangled;
use proptest::{collection::vec, option, prelude::*, sample::select};
use std::fmt::{self, Write};

/// The server functions: the method and path of each, and a body or a query that it accepts.
const ENDPOINTS: [(&str, &str, &str); 7] = [
    (
        "POST",
        "/api/chat",
        r#"{"model":"demo","messages":[{"role":"user","content":"Hi"}],"max_tokens":1,"temperature":0.5}"#,
    ),
    ("POST", "/api/task", r#"{"chunks":2,"interval_ms":1,"crash_at":1}"#),
    (
        "POST",
        "/api/typeset",
        r#"{"items":[{"lang":"rust","text":"fn main() {}"},{"tex":"\\frac{x^2}{2}","display":true}]}"#,
    ),
    ("POST", "/api/monitor", "{}"),
    ("POST", "/api/kill", r#"{"task":7}"#),
    ("GET", "/api/fate", "task=k7x2m9"),
    ("GET", "/api/models", ""),
];

/// A request, but for its length.
#[derive(Clone)]
pub(crate) struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Request {
    /// The request's bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Self { method, target, headers, body } = self;
        let mut bytes = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n").into_bytes();
        for (name, value) in headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
        bytes.extend_from_slice(body);
        bytes
    }

    /// Whether the HTTP library must accept it. A request with an invalid target may be refused by the library.
    pub(crate) fn is_proper(&self) -> bool {
        self.target.parse::<http::Uri>().is_ok()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.bytes().escape_ascii())
    }
}

/// Any request; most are nearly valid.
pub(crate) fn requests() -> impl Strategy<Value = Request> {
    select(&ENDPOINTS[..]).prop_flat_map(|(method, path, taken)| {
        let others = select(&["POST", "GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW"][..]);
        let method = prop_oneof![8 => Just(method), 2 => others];
        let target = (address(path), option::of(query()));
        (method, target, vec(header(), 0..4), body(taken)).prop_map(|(method, (path, query), headers, body)| {
            let target = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
            Request { method, target, headers, body }
        })
    })
}

/// This path mostly, or a similar one.
fn address(path: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        16 => Just(path.to_owned()),
        1 => "[!-~]{0,12}".prop_map(move |more| format!("{path}{more}")),
        1 => "[!-~]{0,40}".prop_map(|rest| format!("/api/{rest}")),
        1 => vec(any::<u8>(), 0..20).prop_map(|bytes| format!("/api/{}", percent(&bytes))),
        1 => Just(format!("/api/{}", "x/".repeat(5000))),
    ]
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(any::<u8>(), 0..40).prop_map(|bytes| format!("task={}", percent(&bytes))),
        "[!-~]{0,60}",
        (0_usize..300).prop_map(|depth| format!("task{}=1", "[a]".repeat(depth))),
        (0_usize..300).prop_map(|times| "task=1&".repeat(times)),
    ]
}

fn percent(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "%{byte:02x}");
        text
    })
}

/// A plausible or random header. Values may hold every character except control characters.
fn header() -> impl Strategy<Value = (String, Vec<u8>)> {
    let known = select(
        &[
            ("content-type", "application/json"),
            ("content-type", "application/json; charset=utf-16"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-type", "multipart/form-data; boundary=x"),
            ("content-type", "text/plain"),
            ("accept", "text/html"),
            ("accept", "application/json;q=0.1, */*"),
            ("accept-encoding", "gzip, br, zstd, identity;q=0"),
            ("expect", "100-continue"),
            ("range", "bytes=1-0"),
            ("if-none-match", "*"),
            ("referer", "http://elsewhere.example/"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("x-forwarded-for", "1.2.3.4, ::1, nonsense"),
            ("authorization", "Bearer "),
            ("cookie", "starcrossed=1.2; =; ;"),
            ("upgrade", "websocket"),
        ][..],
    );
    let names =
        ["content-type", "accept", "accept-language", "cookie", "authorization", "origin", "x-forwarded-for", "x-any"];
    let value = vec(prop_oneof![Just(b'\t'), 0x20..=0x7e_u8, 0x80..=0xff_u8], 0..40);
    prop_oneof![
        2 => known.prop_map(|(name, value)| (name.to_owned(), value.into())),
        1 => (select(names.to_vec()), value).prop_map(|(name, value)| (name.to_owned(), value)),
    ]
}

/// A valid body, a nearly valid one, or random bytes.
fn body(taken: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => Just(taken.into()),
        6 => mangled(taken.into()),
        8 => (wrong(), any::<prop::sample::Index>()).prop_map(move |(wrong, at)| replaced(taken, &wrong, at.index(8))),
        1 => vec(any::<u8>(), 0..2000),
        1 => Just(Vec::new()),
        1 => deep().prop_map(String::into_bytes),
        1 => Just(b"--x\r\ncontent-disposition: form-data; name=\"messages\"\r\n\r\nHi\r\n--x--\r\n".to_vec()),
        1 => Just(b"messages[0][role]=user&messages[0][content]=Hi&items[0][text]=x&chunks=1".to_vec()),
    ]
}

/// JSON with one of its values replaced.
fn replaced(json: &str, wrong: &str, at: usize) -> Vec<u8> {
    let values = json.match_indices(':').map(|(colon, _)| colon + 1).collect::<Vec<_>>();
    let Some(start) = values.get(at % values.len().max(1)) else { return wrong.into() };
    let end = json[*start..].find([',', '}', ']']).map_or(json.len(), |end| start + end);
    [&json[..*start], wrong, &json[end..]].concat().into_bytes()
}

/// A JSON value of a wrong type or out of range.
fn wrong() -> impl Strategy<Value = String> {
    let values = [
        "null",
        "true",
        "0",
        "-1",
        "-0",
        "1e999",
        "1e-999",
        "0.1",
        "18446744073709551616",
        "99999999999999999999999999",
        "4294967296",
        "\"\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"🦀\"",
        "[]",
        "{}",
        "[null]",
        "[[]]",
        "[{}]",
        "{\"\":{}}",
        "NaN",
        "0x10",
        "\"4\"",
    ];
    prop_oneof![
        6 => select(values.to_vec()).prop_map(String::from),
        1 => deep(),
        1 => "[ -~]{0,40}".prop_map(|text| serde_json::Value::from(text).to_string()),
        1 => (1_usize..2000).prop_map(|digits| "9".repeat(digits)),
        1 => (0_usize..3000).prop_map(|items| format!("[{}]", vec!["{}"; items].join(","))),
    ]
}

/// Deep nesting, which overflows the stack of a recursive parser.
fn deep() -> impl Strategy<Value = String> {
    let hole = select(&["[", "{\"a\":", "[{\"content\":", "{\"messages\":["][..]);
    (hole, 0_usize..20_000).prop_map(|(hole, depth)| hole.repeat(depth))
}
