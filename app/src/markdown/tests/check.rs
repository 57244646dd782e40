//! The HTML that an answer may contain. Everything else is a hole.

use super::tokens::{Token, tokens};

/// No DOM is deeper than this, whatever the answer.
const DEEPEST: usize = 60;

const TAGS: &[(&str, &[&str])] = &[
    ("p", &["class"]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("blockquote", &[]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &[]),
    ("hr", &[]),
    ("br", &[]),
    ("input", &["type", "disabled", "checked", "aria-label"]),
    ("em", &[]),
    ("strong", &[]),
    ("del", &[]),
    ("code", &["data-lang"]),
    ("a", &["class", "href", "title", "rel", "target", "aria-label"]),
    ("sup", &[]),
    ("span", &["class", "data-tex"]),
    ("div", &["class", "data-tex", "role", "tabindex", "aria-label", "id"]),
    ("figure", &["class"]),
    ("figcaption", &[]),
    ("button", &["type", "class", "aria-label"]),
    ("pre", &["tabindex"]),
    ("table", &[]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["scope", "class"]),
    ("td", &["class"]),
];

const EMPTY: &[&str] = &["hr", "br", "input"];

const CLASSES: &[&str] = &[
    "raw",
    "image",
    "math",
    "math display",
    "code",
    "code cut",
    "code more cut",
    "code more",
    "copy",
    "table",
    "left",
    "center",
    "right",
    "footnote",
    "label",
];

/// Panics if anything but what is listed here is in `html`, or if it isn't well-formed.
pub(super) fn check(html: &str) {
    let mut open: Vec<String> = Vec::new();
    for token in tokens(html).unwrap_or_else(|error| panic!("{error} in {html:?}")) {
        match token {
            Token::Text(_) => {}
            Token::Open { name, attributes } => {
                let (_, allowed) =
                    TAGS.iter().find(|(tag, _)| *tag == name).unwrap_or_else(|| panic!("<{name}> in {html:?}"));
                for (key, value) in &attributes {
                    assert!(allowed.contains(&key.as_str()), "{key} of <{name}> in {html:?}");
                    check_value(key, value);
                }
                if name == "a" {
                    check_link(&attributes);
                    assert!(!open.contains(&name), "a link in a link in {html:?}");
                }
                if !EMPTY.contains(&name.as_str()) {
                    open.push(name);
                }
                assert!(open.len() <= DEEPEST, "too deep: {}", &html[..html.len().min(2000)]);
            }
            Token::Close(name) => assert_eq!(open.pop(), Some(name), "{html:?}"),
        }
    }
    assert!(open.is_empty(), "{open:?} is open in {html:?}");
}

fn check_value(key: &str, value: &str) {
    match key {
        "class" => assert!(CLASSES.contains(&value), "class {value:?}"),
        "role" => assert!(["note", "region"].contains(&value), "role {value:?}"),
        "id" => assert!(value.starts_with("t-fn-"), "id {value:?}"),
        "start" => assert!(value.parse::<u64>().is_ok(), "start {value:?}"),
        "data-lang" => assert!(value.chars().count() <= 32 && !value.contains(char::is_whitespace), "{value:?}"),
        _ => {}
    }
}

fn check_link(attributes: &[(String, String)]) {
    let get = |key| attributes.iter().find(|(other, _)| other == key).map(|(_, value)| value.as_str());
    let href = get("href").expect("a link leads somewhere");
    if href.starts_with("#t-fn-") {
        return;
    }
    let lower = href.to_lowercase();
    let allowed = ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme));
    assert!(allowed && !href.contains(char::is_control), "{href:?}");
    assert_eq!((get("rel"), get("target")), (Some("noopener nofollow"), Some("_blank")));
}
