//! Just enough of an HTML reader for what the tests read.

use crate::markdown::source::sentinels;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open { name: String, attributes: Vec<(String, String)> },
    Close(String),
    Text(String),
}

/// The tokens of `html`; an error if it is anything but tags with quoted attributes, and text in which nothing is raw.
pub(super) fn tokens(html: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        if at > 0 {
            tokens.push(Token::Text(text(&rest[..at])?));
        }
        let end = rest.find('>').ok_or("a tag without an end")?;
        tokens.push(tag(&rest[at + 1..end])?);
        rest = &rest[end + 1..];
    }
    if !rest.is_empty() {
        tokens.push(Token::Text(text(rest)?));
    }
    Ok(tokens)
}

fn tag(tag: &str) -> Result<Token, String> {
    let name_of = |name: &str| {
        let good = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if good { Ok(String::from(name)) } else { Err(format!("no tag: {tag:?}")) }
    };
    if let Some(name) = tag.strip_prefix('/') {
        return Ok(Token::Close(name_of(name)?));
    }
    let tag = tag.trim_end_matches(" /");
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let key = &rest[..end];
        let good = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if !good {
            return Err(format!("no attribute: {rest:?}"));
        }
        let mut value = "";
        if let Some(quoted) = rest[end..].strip_prefix("=\"") {
            let (inner, after) = quoted.split_once('"').ok_or("a value without an end")?;
            value = inner;
            rest = after.strip_prefix(' ').unwrap_or(after);
        } else {
            rest = rest[end..].strip_prefix(' ').unwrap_or(&rest[end..]);
        }
        attributes.push((key.into(), text(value)?));
    }
    Ok(Token::Open { name: name_of(name)?, attributes })
}

fn text(escaped: &str) -> Result<String, String> {
    if escaped.contains('>') || escaped.contains(sentinels::is_sentinel) {
        return Err(format!("raw text: {escaped:?}"));
    }
    let mut out = String::new();
    let mut rest = escaped;
    while let Some(at) = rest.find('&') {
        out += &rest[..at];
        let end = rest[at..].find(';').ok_or_else(|| format!("a bare ampersand: {escaped:?}"))? + at;
        out += match &rest[at..=end] {
            "&amp;" => "&",
            "&lt;" => "<",
            "&gt;" => ">",
            "&quot;" => "\"",
            "&#39;" => "'",
            other => return Err(format!("an entity that nobody wrote: {other:?}")),
        };
        rest = &rest[end + 1..];
    }
    Ok(out + rest)
}
