//! The examples of the CommonMark specification 0.31.2 (`commonmark.json`, made from its `spec.txt`;
//! © John MacFarlane, [CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/)).
//!
//! Ours is compared with theirs after what differs on purpose has been made the same:
//! - a code block's frame and language are written differently;
//! - a link to anything but http, https and mailto is its text; an image is a link, or its text;
//! - addresses are compared with `%xx` decoded, and blanks between blocks aren't compared at all.
//!
//! Where the example has raw HTML, all that is asked is that none of it gets through.

use super::tokens::{Token, tokens};
use super::*;

/// Not the same, and why.
const EXCEPTIONS: &[(u64, &str)] = &[
    (573, LABEL),
    (576, LABEL),
    (577, LABEL),
    (585, LABEL),
    (589, LABEL),
    (602, ADDRESS),
    (608, ADDRESS),
    (611, ADDRESS),
];

const LABEL: &str = "the label of an image is no attribute here, and may be emphasised";
const ADDRESS: &str = "an address in the text is a link, as in GFM";

#[derive(serde::Deserialize)]
struct Example {
    #[serde(rename = "example")]
    number: u64,
    section: String,
    markdown: String,
    html: String,
}

fn examples() -> Vec<Example> {
    serde_json::from_str(include_str!("commonmark.json")).unwrap()
}

#[test]
fn the_examples_of_the_specification_come_out_as_it_says() {
    let (mut compared, mut raw, mut differ) = (0, 0, Vec::new());
    for example in examples() {
        let ours = whole(&example.markdown);
        let Some(theirs) = their_text(&example) else {
            raw += 1;
            continue;
        };
        compared += 1;
        let ours = normal(&tokens(&ours).unwrap());
        let known = EXCEPTIONS.iter().any(|(number, _)| *number == example.number);
        if (ours == theirs) == known {
            differ.push(format!("{}: {:?}\n  {ours}\n  {theirs}", example.number, example.markdown));
        }
    }
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
    assert_eq!((compared, raw), (572, 80), "compared, and with raw HTML");
}

#[test]
fn the_examples_come_out_the_same_in_any_piece_size() {
    for example in examples() {
        let expected = whole(&example.markdown);
        for size in [1, 2, 3, 7, 20] {
            let (seen, page) = stream(pieces(&example.markdown, size));
            assert_eq!(page.frozen, expected, "{}: {:?} in pieces of {size}", example.number, example.markdown);
            for html in &seen {
                check(html);
            }
        }
    }
}

fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut ends: Vec<usize> = text.char_indices().map(|(at, _)| at).step_by(size).skip(1).collect();
    ends.push(text.len());
    let mut start = 0;
    ends.into_iter().map(|end| &text[std::mem::replace(&mut start, end)..end]).collect()
}

/// What the specification expects, unless there is raw HTML in it.
fn their_text(example: &Example) -> Option<String> {
    let html = ["HTML blocks", "Raw HTML"].contains(&example.section.as_str());
    let tokens = tokens(&example.html).ok().filter(|_| !html && !example.markdown.contains("<a href"))?;
    let known = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "hr", "br", "em", "strong"];
    let foreign = |token: &Token| match token {
        Token::Open { name, .. } => {
            !known.contains(&name.as_str()) && !["code", "pre", "a", "img"].contains(&name.as_str())
        }
        _ => false,
    };
    (!tokens.iter().any(foreign)).then(|| normal(&tokens))
}

fn normal(tokens: &[Token]) -> String {
    let mut out = Normal::default();
    for token in tokens {
        match token {
            Token::Text(text) => out.text(text),
            Token::Open { name, attributes } => out.open(name, attributes),
            Token::Close(name) => out.close(name),
        }
    }
    out.trim();
    // A link without a word, to nowhere.
    out.html.replace("<p></p>", "")
}

#[derive(Default)]
struct Normal {
    html: String,
    links: Vec<bool>,
    in_caption: bool,
    in_code: bool,
    after_block: bool,
}

impl Normal {
    fn trim(&mut self) {
        self.html.truncate(self.html.trim_end().len());
    }

    fn text(&mut self, text: &str) {
        if self.in_caption {
            return;
        }
        let text = if self.after_block && !self.in_code { text.trim_start() } else { text };
        self.after_block &= text.is_empty();
        self.html += text;
    }

    fn block(&mut self, name: &str) {
        if !["code", "em", "strong", "del", "a"].contains(&name) {
            if !self.in_code {
                self.trim();
            }
            self.after_block = true;
        }
    }

    fn open(&mut self, name: &str, attributes: &[(String, String)]) {
        let get = |key: &str| attributes.iter().find(|(other, _)| other == key).map_or("", |(_, value)| value.as_str());
        match name {
            "figure" | "span" | "button" | "figcaption" => self.in_caption |= name == "figcaption",
            "a" => self.link(get("href"), get("title")),
            "img" => {
                let (url, alt) = (get("src"), get("alt"));
                self.link(url, get("title"));
                let name = if self.links.last() == Some(&true) { url } else { "image" };
                self.text(if alt.is_empty() { name } else { alt });
                self.close("a");
            }
            "pre" => {
                self.block(name);
                self.html += "<pre>";
                self.in_code = true;
            }
            _ => {
                self.block(name);
                self.html += "<";
                self.html += name;
                self.html += get("data-lang");
                self.html += get("class").strip_prefix("language-").unwrap_or_default();
                self.html += get("start");
                self.html += ">";
            }
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "figure" | "span" | "button" => return,
            "figcaption" => {
                self.in_caption = false;
                return;
            }
            "a" if self.links.pop() == Some(false) => return,
            "pre" => self.in_code = false,
            _ => {}
        }
        self.block(name);
        self.html += "</";
        self.html += name;
        self.html += ">";
    }

    fn link(&mut self, url: &str, title: &str) {
        let allowed = ["http://", "https://", "mailto:"].iter().any(|scheme| url.to_lowercase().starts_with(scheme));
        let allowed = allowed && !self.links.contains(&true);
        self.links.push(allowed);
        if allowed {
            self.html += "<a ";
            self.html += &decode(url);
            self.html += title;
            self.html += ">";
        }
        self.after_block = false;
    }
}

fn decode(url: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = url.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()).map(|hex| u8::from_str_radix(hex, 16));
        if let (b'%', Some(Ok(decoded))) = (byte, hex) {
            bytes.push(decoded);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
