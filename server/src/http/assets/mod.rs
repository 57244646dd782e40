//! The site's files: WebAssembly, its script, style, icons. A release build embeds them; a debug build reads them from disk,
//! so that a page can change without building the server.
//!
//! Not a crate: the 150 kB budget of a first visit needs precompressed Brotli and q-values. `axum-embed` ignores q-values,
//! `static-serve` has no Brotli, and `tower-http`'s `ServeDir` needs files on disk.

use axum::{
    body::Body,
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    middleware::Next,
    response::Response,
};
use data_encoding::HEXLOWER;
use rust_embed::{Embed, EmbeddedFile};
use std::{
    borrow::Cow,
    collections::BTreeSet,
    hash::{DefaultHasher, Hasher},
    path::{Component, Path},
    sync::LazyLock,
};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct Site;

/// Marks a response whose body is part of the program, so that it takes no memory of its own. (In a debug build it does.)
#[derive(Clone, Copy, Debug)]
pub(crate) struct Embedded;

/// The folder of the site's code and style, as the build names it.
const PKG: &str = "pkg/";

/// For files with the edition in their path.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// For all other files: the browser revalidates them each time.
const ASK_EACH_TIME: &str = "public, no-cache";

/// The codings of a file, smallest first: the name, and the suffix of the compressed file that the build made.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// The folder of the code and style in URLs: `pkg-` and the edition, a hash of all its files. So a browser may keep these files
/// for good, and a page from before an update never gets a part that doesn't fit its others.
pub fn folder() -> &'static str {
    static FOLDER: LazyLock<String> = LazyLock::new(folder_of::<Site>);
    &FOLDER
}

fn folder_of<S: Embed>() -> String {
    let files = S::iter().filter(|path| path.starts_with(PKG)).collect::<BTreeSet<_>>();
    let mut edition = DefaultHasher::new();
    for path in files {
        edition.write(path.as_bytes());
        edition.write(&S::get(&path).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    format!("pkg-{:016x}", edition.finish())
}

/// Whether this build has no site, so that pages have neither style nor code.
pub fn are_missing() -> bool {
    Site::iter().next().is_none()
}

/// Middleware: answers with the file at the path, if there is one.
pub async fn first(request: Request, next: Next) -> Response {
    match find::<Site>(&request, folder()) {
        Some(file) => file,
        None => next.run(request).await,
    }
}

fn find<S: Embed>(request: &Request, folder: &str) -> Option<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let asked = request.uri().path().strip_prefix('/').filter(|path| is_plain(path))?;
    let of_this_edition = asked.strip_prefix(folder).filter(|rest| rest.starts_with('/'));
    let path = of_this_edition.map_or(Cow::Borrowed(asked), |rest| Cow::Owned([PKG, &rest[1..]].concat()));
    let plain = S::get(&path)?;
    let (file, coding) = smallest::<S>(&path, request.headers()).unwrap_or((plain, None));
    let lasts = if of_this_edition.is_some() { FOR_GOOD } else { ASK_EACH_TIME };
    Some(respond(&path, file, coding, lasts, request.headers()))
}

/// Whether a path stays inside the folder: it holds nothing but names.
fn is_plain(path: &str) -> bool {
    !path.contains('\\') && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// The smallest compressed form that the client accepts.
fn smallest<S: Embed>(path: &str, asked: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let takes = asked.get(ACCEPT_ENCODING)?.to_str().ok()?;
    CODINGS.into_iter().filter(|(coding, _)| accepts(takes, coding)).find_map(|(coding, ending)| {
        let twin = S::get(&format!("{path}{ending}"))?;
        Some((twin, Some(coding)))
    })
}

/// Whether `Accept-Encoding: takes` accepts this coding, as in `gzip, br;q=0, *;q=0.1`.
fn accepts(takes: &str, coding: &str) -> bool {
    let wants = |name: &str| {
        takes.split(',').find_map(|item| {
            let (is, weight) = item.split_once(';').unwrap_or((item, ""));
            is.trim().eq_ignore_ascii_case(name).then(|| !is_zero(weight))
        })
    };
    wants(coding).or_else(|| wants("*")).unwrap_or(false)
}

/// Whether `q=…` is 0, which means "not acceptable".
fn is_zero(weight: &str) -> bool {
    let number = weight.trim().strip_prefix(['q', 'Q']).and_then(|rest| rest.trim_start().strip_prefix('='));
    number.is_some_and(|number| number.trim().parse::<f32>() == Ok(0.0))
}

fn respond(
    path: &str,
    file: EmbeddedFile,
    coding: Option<&'static str>,
    lasts: &'static str,
    asked: &HeaderMap,
) -> Response {
    let etag = etag(&file);
    let known = asked.get(IF_NONE_MATCH).is_some_and(|known| names(known, &etag));
    let mut response = Response::new(if known { Body::empty() } else { body(file.data) });
    response.extensions_mut().insert(Embedded);
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(ETAG, etag);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(lasts));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(CONTENT_TYPE, content_type(path));
    if let Some(coding) = coding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// The ETag. It differs between codings, since it is a hash of the bytes that are sent.
fn etag(file: &EmbeddedFile) -> String {
    format!("\"{}\"", HEXLOWER.encode(&file.metadata.sha256_hash()[..16]))
}

/// Whether `If-None-Match: known` names this tag.
fn names(known: &HeaderValue, etag: &str) -> bool {
    let known = known.to_str().unwrap_or_default();
    known.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// The bytes, not copied if they are in the binary.
fn body(data: Cow<'static, [u8]>) -> Body {
    match data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    }
}

fn content_type(path: &str) -> HeaderValue {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let text = mime.type_() == mime_guess::mime::TEXT && mime.get_param("charset").is_none();
    let value = if text { format!("{mime}; charset=utf-8") } else { mime.to_string() };
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests;
