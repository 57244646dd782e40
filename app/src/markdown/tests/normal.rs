//! HTML from here and from the specification, with what differs on purpose made the same.

use super::tokens::Token;

pub(super) fn normal(tokens: &[Token]) -> String {
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
