//! What stands in a line.

use super::super::line::find;
use super::super::marks::{CUT, OPEN_ROUND, restore};
use super::Renderer;
use super::escape::escape;
use super::link::address;

/// What ends an address besides blanks: no browser writes these, and in Chinese and Japanese no blank comes first.
const WIDE: [char; 16] =
    ['。', '，', '、', '；', '：', '？', '！', '（', '）', '「', '」', '『', '』', '《', '》', '】'];

impl Renderer<'_> {
    /// Writes the text that has been gathered.
    pub(super) fn flush(&mut self) {
        if self.text.is_empty() || self.code.is_some() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let restored = restore(&text, false);
        self.paragraph.other |= restored.contains(|c: char| !c.is_whitespace() && c != CUT);
        if self.in_link == 0 {
            link_addresses(&restored, &mut self.out);
        } else {
            escape(&restored, &mut self.out);
        }
    }

    /// HTML in an answer is what the model wrote, and is shown.
    pub(super) fn raw(&mut self, html: &str) {
        self.other("");
        escape(&restore(html, true), &mut self.out);
    }

    pub(super) fn code_span(&mut self, code: &str) {
        self.other("<code>");
        escape(&restore(code, true), &mut self.out);
        self.out.push_str("</code>");
    }

    /// A formula, as its source; one that is still arriving says so by not being `data-tex`.
    pub(super) fn formula(&mut self, tex: &str, display: bool) {
        let display = display && !self.text.ends_with(OPEN_ROUND);
        self.flush();
        self.out.push_str(if display { "<span class=\"math display\"" } else { "<span class=\"math\"" });
        self.out.push_str(if tex.contains(CUT) { ">" } else { " data-tex>" });
        escape(restore(tex, true).trim(), &mut self.out);
        self.out.push_str("</span>");
        self.paragraph.formula |= display;
        self.paragraph.other |= !display;
    }
}

/// Writes `text`, with a link where an address stands in it.
fn link_addresses(text: &str, out: &mut String) {
    let (mut copied, mut from) = (0, 0);
    while let Some(found) = text.get(from..).and_then(|rest| find(rest, "http")) {
        let start = from + found;
        from = start + "http".len();
        let after_word =
            start.checked_sub(1).and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_alphanumeric);
        let Some(url) = text.get(start..).filter(|_| !after_word).and_then(bare) else { continue };
        from = start + url.len();
        // One that is still arriving leads to nowhere yet.
        let Some(address) = address(trim(url)).filter(|_| !text.get(from..).is_some_and(|rest| rest.starts_with(CUT)))
        else {
            continue;
        };
        escape(text.get(copied..start).unwrap_or_default(), out);
        address.open("", "", out);
        escape(trim(url), out);
        out.push_str("</a>");
        copied = start + trim(url).len();
    }
    escape(text.get(copied..).unwrap_or_default(), out);
}

/// The address that `text` starts with, and what ends the sentence rather than the address.
fn bare(text: &str) -> Option<&str> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    host.chars().next().filter(|c| c.is_ascii_alphanumeric() || !c.is_ascii())?;
    text.split(|c: char| c.is_whitespace() || c == '<' || c == CUT || WIDE.contains(&c)).next()
}

/// Without what ends the sentence rather than the address.
fn trim(url: &str) -> &str {
    let open = url.matches('(').count();
    let mut closed = url.matches(')').count();
    let mut url = url;
    while let Some(c) = url.chars().next_back() {
        match c {
            '?' | '!' | '.' | ',' | ':' | ';' | '*' | '_' | '~' | '\'' | '"' | ']' => {}
            ')' if closed > open => closed -= 1,
            _ => break,
        }
        url = url.get(..url.len() - 1).unwrap_or_default();
    }
    url
}
