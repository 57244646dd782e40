//! The model servers that were named, each with its key. No key goes to a server that it wasn't meant for, so where that
//! isn't certain, nothing is guessed.

use super::parse_url;
use crate::startup::error::Failure;
use url::Url;

/// Whose key `OPENAI_API_KEY` is.
const OPENAI: &str = "api.openai.com";

/// A model server, as it was named. Not Debug: it holds the key.
#[derive(PartialEq)]
pub struct Endpoint {
    /// What it is called, by the person or else by its host and port.
    pub name: String,
    /// Whether the person has called it that.
    is_named: bool,
    /// Its base URL.
    pub url: Url,
    /// Its key, if it wants one.
    pub api_key: Option<String>,
}

/// Reads `[NAME=]URL`, several of them in one text if need be; without any, the one URL that other tools ask.
pub(super) fn read(own: &[String], others: Option<String>) -> Result<Vec<Endpoint>, Failure> {
    let own = own.iter().flat_map(|text| pieces(text)).map(endpoint);
    let mut read = own.collect::<Result<Vec<_>, _>>()?;
    if let (true, Some(text)) = (read.is_empty(), others) {
        read.push(endpoint(&text)?);
    }
    for (at, one) in read.iter().enumerate() {
        if read.iter().take(at).any(|other| other.name == one.name) {
            let name = &one.name;
            return Err(Failure::usage(format!(
                "two upstreams are called {name}: give each a name of its own, --upstream NAME=URL"
            )));
        }
    }
    Ok(read)
}

/// Gives each its key. `others` is the key that other tools use.
pub(super) fn with_keys(
    mut upstreams: Vec<Endpoint>,
    own: &[String],
    others: Option<String>,
) -> Result<Vec<Endpoint>, Failure> {
    for key in own.iter().flat_map(|text| keys(text, &upstreams)).collect::<Vec<_>>() {
        sendable(key)?;
        let Some((upstream, key)) = owner(key, &mut upstreams)? else { continue };
        if upstream.api_key.replace(key).is_some() {
            return Err(Failure::usage(format!("there are two API keys for the upstream {}: give one", upstream.name)));
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

/// What stands between commas and white space.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|piece| !piece.is_empty())
}

fn endpoint(text: &str) -> Result<Endpoint, Failure> {
    let (name, address) = match text.split_once('=') {
        Some((name, address)) if !name.contains(['/', '?']) => (Some(name), address),
        _ => (None, text), // the = is part of the URL
    };
    if name.is_some_and(|name| !is_name(name)) {
        return Err(Failure::usage(
            "an upstream's name is made of letters, digits, dots, dashes and underscores: --upstream NAME=URL",
        ));
    }
    let url = parse_url(address)
        .map_err(|why| Failure::usage(format!("can't ask the upstream {}: {why}", shown(address))))?;
    let derived = || url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
    let called = name.map_or_else(derived, ToOwned::to_owned);
    Ok(Endpoint { name: called, is_named: name.is_some(), url, api_key: None })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// A URL as it may be repeated: before an @ stands a password, and a query can hold a key.
fn shown(url: &str) -> &str {
    if url.contains(['@', '?']) { "that was given" } else { url }
}

/// The keys in one text. Only where each says whose it is can there be several: a key may have a comma in it.
fn keys<'a>(text: &'a str, upstreams: &[Endpoint]) -> Vec<&'a str> {
    let text = text.trim();
    if text.split_once('=').is_some_and(|(name, _)| upstreams.iter().any(|upstream| upstream.name == name)) {
        return pieces(text).collect();
    }
    Vec::from_iter((!text.is_empty()).then_some(text))
}

/// Whose key it is, and the key itself. None if no upstream was named: what is found on a port may be anything, and gets
/// no key.
fn owner<'a>(text: &str, upstreams: &'a mut [Endpoint]) -> Result<Option<(&'a mut Endpoint, String)>, Failure> {
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

/// The key is not repeated here, nor what may be its owner's name and may be part of it.
fn whose(upstreams: &[Endpoint]) -> Failure {
    let names = upstreams.iter().map(|upstream| upstream.name.as_str()).collect::<Vec<_>>().join(", ");
    Failure::usage(format!(
        "which upstream is the API key for? Write --api-key NAME=KEY (or the same in STARCROSSED_API_KEY), where NAME is one of: {names}"
    ))
}

/// A key goes into a header. One with a line break in it, as a file read into a variable may have, can't; and it is not
/// repeated here, as it is a secret even so.
fn sendable(key: &str) -> Result<(), Failure> {
    if key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Ok(());
    }
    Err(Failure::usage("the API key holds characters that can't be sent: it takes printable ASCII on one line"))
}
