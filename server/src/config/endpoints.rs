//! The model servers on the command line, each with its key. A key must never reach a server that it wasn't meant for, so
//! an ambiguous key is an error.

use super::parse_url;
use crate::startup::error::StartupError;
use url::Url;

/// The host that `OPENAI_API_KEY` belongs to where there are several servers.
const OPENAI: &str = "api.openai.com";

/// A model server on the command line. Not `Debug`, since it holds the key.
#[derive(PartialEq)]
pub struct Endpoint {
    /// Its name, or else its host and port.
    pub name: String,
    /// Whether the name was given.
    is_named: bool,
    /// Its base URL.
    pub url: Url,
    /// Its API key.
    pub api_key: Option<String>,
}

/// Reads `[NAME=]URL`; one text may hold several. Without any, `others` is used: the URL of other tools.
pub(super) fn read(own: &[String], others: Option<String>) -> Result<Vec<Endpoint>, StartupError> {
    let own = own.iter().flat_map(|text| pieces(text)).map(endpoint);
    let mut read = own.collect::<Result<Vec<_>, _>>()?;
    if let (true, Some(text)) = (read.is_empty(), others) {
        read.push(endpoint(&text)?);
    }
    for (at, one) in read.iter().enumerate() {
        if read.iter().take(at).any(|other| other.name == one.name) {
            let name = &one.name;
            return Err(StartupError::usage(format!(
                "two upstreams are named {name}: give each its own name, --upstream NAME=URL"
            )));
        }
    }
    Ok(read)
}

/// Gives each server its key. `others` is the key of other tools.
pub(super) fn with_keys(
    mut upstreams: Vec<Endpoint>,
    own: &[String],
    others: Option<String>,
) -> Result<Vec<Endpoint>, StartupError> {
    for key in own.iter().flat_map(|text| keys(text, &upstreams)).collect::<Vec<_>>() {
        sendable(key)?;
        let Some((upstream, key)) = owner(key, &mut upstreams)? else { continue };
        if upstream.api_key.replace(key).is_some() {
            return Err(StartupError::usage(format!("the upstream {} has two API keys: give one", upstream.name)));
        }
    }
    if let Some(key) = others {
        sendable(&key)?;
        let is_alone = upstreams.len() == 1;
        let theirs =
            |one: &&mut Endpoint| is_alone || one.url.scheme() == "https" && one.url.host_str() == Some(OPENAI);
        for upstream in upstreams.iter_mut().filter(theirs) {
            upstream.api_key.get_or_insert_with(|| key.clone());
        }
    }
    Ok(upstreams)
}

/// The parts of a text between commas and white space.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|piece| !piece.is_empty())
}

fn endpoint(text: &str) -> Result<Endpoint, StartupError> {
    let (name, address) = match text.split_once('=') {
        Some((name, address)) if !name.contains(['/', '?']) => (Some(name), address),
        _ => (None, text), // this `=` is part of the URL
    };
    if name.is_some_and(|name| !is_name(name)) {
        return Err(StartupError::usage(
            "an upstream's name may hold letters, digits, dots, dashes and underscores: --upstream NAME=URL",
        ));
    }
    let url = parse_url(address)
        .map_err(|why| StartupError::usage(format!("can't use the upstream {}: {why}", shown(address))))?;
    let derived = || url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
    let called = name.map_or_else(derived, ToOwned::to_owned);
    Ok(Endpoint { name: called, is_named: name.is_some(), url, api_key: None })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// The URL for a message, if it can hold no secret: a password stands before an `@`, and a query can hold a key.
fn shown(url: &str) -> &str {
    if url.contains(['@', '?']) { "that was given" } else { url }
}

/// The keys in one text. There can be several only if each names its server, since a key may contain a comma.
fn keys<'a>(text: &'a str, upstreams: &[Endpoint]) -> Vec<&'a str> {
    let text = text.trim();
    if text.split_once('=').is_some_and(|(name, _)| upstreams.iter().any(|upstream| upstream.name == name)) {
        return pieces(text).collect();
    }
    Vec::from_iter((!text.is_empty()).then_some(text))
}

/// The server that a key belongs to, and the key. None without named servers: a server that was found on a port may be
/// anything, and is sent no key.
fn owner<'a>(text: &str, upstreams: &'a mut [Endpoint]) -> Result<Option<(&'a mut Endpoint, String)>, StartupError> {
    let prefixed = text.split_once('=').filter(|(_, rest)| !rest.trim_matches('=').is_empty()); // as Base64 may end
    let named = prefixed.and_then(|(name, key)| Some((upstreams.iter().position(|one| one.name == name)?, key)));
    let (at, key) = match (named, &*upstreams) {
        (_, []) => return Ok(None),
        (Some((at, key)), _) => (at, key),
        (None, [one]) if prefixed.is_none() || !one.is_named => (0, text),
        _ => return Err(whose(upstreams)),
    };
    Ok(upstreams.get_mut(at).map(|upstream| (upstream, key.to_owned())))
}

/// The message repeats neither the key nor its prefix: what looks like a name may be part of the key.
fn whose(upstreams: &[Endpoint]) -> StartupError {
    let names = upstreams.iter().map(|upstream| upstream.name.as_str()).collect::<Vec<_>>().join(", ");
    StartupError::usage(format!(
        "the API key names no upstream: write --api-key NAME=KEY (or the same in STARCROSSED_API_KEY), where NAME is one of: {names}"
    ))
}

/// Checks that a key fits a header. A key with a line break doesn't, such as one from a file that was read into a variable.
/// The message doesn't repeat it, since it is a secret all the same.
fn sendable(key: &str) -> Result<(), StartupError> {
    if key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Ok(());
    }
    Err(StartupError::usage("the API key holds characters that can't be sent: use printable ASCII on one line"))
}
