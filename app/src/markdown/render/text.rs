//! The text of a line.

use super::super::definitions::Definitions;
use super::Renderer;
use super::escape::escape;
use super::link::address;
use crate::markdown::source::{
    flank::is_cjk,
    sentinels::{CUT, OPEN_ROUND, restore},
};

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
            self.awaited += link_addresses(&restored, self.definitions, &mut self.out);
        } else {
            escape(&restored, &mut self.out);
        }
    }

    /// HTML in an answer is what the model wrote, and is shown. Only a line break in a cell of a table is one: there is no
    /// other way to write it.
    pub(super) fn raw(&mut self, html: &str) {
        if self.in_cell && is_line_break(html) {
            return self.other("<br>");
        }
        self.other("");
        let html = self.seen(html);
        escape(&restore(html, true), &mut self.out);
    }

    pub(super) fn code_span(&mut self, code: &str) {
        self.other("<code>");
        let code = self.seen(code);
        // The parser takes away a blank at both ends, and one end hasn't come.
        escape(&restore(if self.is_over { code.trim_start() } else { code }, true), &mut self.out);
        self.out.push_str("</code>");
    }

    /// A formula, as its source; one that is still loading says so by not being `data-tex`.
    pub(super) fn formula(&mut self, tex: &str, display: bool) {
        let display = display && !self.text.ends_with(OPEN_ROUND);
        self.flush();
        self.out.push_str(if display { "<span class=\"math display\"" } else { "<span class=\"math\"" });
        let tex = self.seen(tex);
        self.out.push_str(if self.is_over { ">" } else { " data-tex>" });
        escape(restore(tex, true).trim(), &mut self.out);
        self.out.push_str("</span>");
        self.paragraph.formula |= display;
        self.paragraph.other |= !display;
    }
}

/// Whether `html` is `<br>` without attributes.
fn is_line_break(html: &str) -> bool {
    let name = html.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or_default();
    name.strip_suffix('/').unwrap_or(name).trim_ascii_end().eq_ignore_ascii_case("br")
}

/// An address that stands in a text, with all that could belong to it, and what has to come before it to make it a link.
struct Bare {
    start: usize,
    end: usize,
    scheme: &'static str,
}

/// The number of a footnote that stands at `at`: `[^1]`. Where the parser gives it as text, the footnote hasn't come yet.
fn number(text: &str, at: usize) -> Option<&str> {
    label(text, at).filter(|label| label.len() <= 3 && label.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The name of a footnote that stands at `at`, right after a word or the end of a sentence. `[^a-z]` is no name.
fn name(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let is_at_word =
        before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | ',' | ':' | '!' | '?' | '"' | ')'));
    let is_name = |label: &&str| label.starts_with(|c: char| c.is_alphabetic()) && !label.contains("-z");
    label(text, at).filter(|_| is_at_word || before.ends_with(ends_address)).filter(is_name)
}

/// The label in `[^label]` at `at`.
fn label(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?.strip_prefix("[^")?;
    let label = rest.get(..rest.find(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')?)?;
    (!label.is_empty() && rest.as_bytes().get(label.len()) == Some(&b']')).then_some(label)
}

/// Writes `text`, with a link where an address stands in it, and the numbers of footnotes as such. Returns how many
/// names of footnotes were drawn whose definition may come.
fn link_addresses(text: &str, definitions: Definitions, out: &mut String) -> usize {
    let (mut copied, mut at, mut count) = (0, 0, 0);
    let may_be = |byte| matches!(byte, b'h' | b'w' | b'@' | b'[');
    while let Some(found) = text.as_bytes().get(at..).and_then(|rest| rest.iter().position(|byte| may_be(*byte))) {
        at += found;
        let awaited = name(text, at).filter(|_| definitions == Definitions::Awaited);
        if let Some(label) = number(text, at).or(awaited) {
            count += usize::from(awaited.is_some());
            escape(text.get(copied..at).unwrap_or_default(), out);
            out.push_str(&["<sup>", label, "</sup>"].concat());
            at += "[^]".len() + label.len();
            copied = at;
            continue;
        }
        let bare = if text.as_bytes().get(at) == Some(&b'@') { mail(text, copied, at) } else { web(text, at) };
        let Some(Bare { start, end, scheme }) = bare else {
            at += 1;
            continue;
        };
        at = end;
        // One that is still loading leads to nowhere yet.
        if text.get(end..).is_some_and(|rest| rest.starts_with(CUT)) {
            continue;
        }
        let shown = trim(text.get(start..end).unwrap_or_default());
        let Some(address) = address(&[scheme, shown].concat()) else {
            continue;
        };
        escape(text.get(copied..start).unwrap_or_default(), out);
        address.open("", "", out);
        escape(shown, out);
        out.push_str("</a>");
        copied = start + shown.len();
    }
    escape(text.get(copied..).unwrap_or_default(), out);
    count
}

/// The address of a page that starts at `start`, if one does.
fn web(text: &str, start: usize) -> Option<Bare> {
    let rest = text.get(start..)?;
    let before = start.checked_sub(1).and_then(|at| text.as_bytes().get(at)).copied().unwrap_or(b' ');
    let whole = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://"));
    let (host, scheme, joins) = match (whole, rest.strip_prefix("www.")) {
        (Some(host), _) => (host, "", b"".as_slice()),
        (None, Some(host)) => (host, "http://", b"./-_@:".as_slice()),
        (None, None) => return None,
    };
    host.chars().next().filter(|c| c.is_ascii_alphanumeric() || !c.is_ascii())?;
    if before.is_ascii_alphanumeric() || joins.contains(&before) {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || c == '<' || c == CUT || ends_address(c);
    let end = rest.find(ends).unwrap_or(rest.len());
    let name = rest.len() - host.len();
    let end = name + host_end(host.get(..end - name)?);
    Some(Bare { start, end: start + end, scheme })
}

/// Where an address ends of which `host` is all but the scheme. A language without blanks goes on right behind a name:
/// `https://example.comを見て`. A name in its letters is a name.
fn host_end(host: &str) -> usize {
    let name = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let ascii = name.find(|c: char| !c.is_ascii()).unwrap_or(name.len());
    let (before, after) = name.split_at(ascii);
    let suffix = before.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    let goes_on = after.starts_with(is_cjk) && !after.contains('.');
    let is_suffix = suffix.len() > 1 && suffix.bytes().all(|byte| byte.is_ascii_lowercase());
    if goes_on && is_suffix { ascii } else { host.len() }
}

/// Whether `c` ends an address, as a blank does: punctuation that no browser writes in one, in any script. In many of them no blank
/// comes between an address and the sentence around it. `·` and `・` are parts of names.
fn ends_address(c: char) -> bool {
    matches!(c,
        '¡' | '§' | '«' | '¶' | '»' | '¿' | ';' | '՚'..='՟' | '։' | '֊' | '־' | '׀' | '׃' | '׆' | '׳'..='״'
        | '،'..='؍' | '؛'..='؟' | '٪'..='٭' | '۔' | '।'..='॥' | '๚'..='๛' | '།'..='༒' | '༺'..='༽' | '၊'..='၏' | '፠'..='፨'
        | '។'..='៖' | '៘'..='៚' | '᠀'..='᠊' | '\u{200B}' | '\u{200E}'..='‧' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '‰'..='⁞' | '⁽'..='⁾' | '₍'..='₎' | '⋯' | '⌈'..='⌋' | '〈'..='〉'
        | '❛'..='❠' | '❨'..='❵' | '⟅'..='⟆' | '⟦'..='⟯' | '⦃'..='⦘' | '⧼'..='⧽' | '⸀'..='⹝'
        | '、'..='〃' | '〈'..='】' | '〔'..='〟' | '〰' | '︐'..='︙' | '︰'..='﹫'
        | '！'..='／' | '：'..='；' | '？'..='＠' | '［'..='］' | '｛'..='､')
}

/// The mail address around the `@` at `at`, if it is one. It starts at `least` or after it.
fn mail(text: &str, least: usize, at: usize) -> Option<Bare> {
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b".+-_".contains(byte);
    let is_host = |byte: &&u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
    let before = text.as_bytes().get(least..at)?;
    let start = at - before.iter().rev().take_while(is_name).count();
    let host = text.as_bytes().get(at + 1..)?;
    let end = at + 1 + host.iter().take_while(is_host).count();
    let host = text.get(at + 1..end)?.trim_end_matches('.');
    let is_whole = host.contains('.') && host.split('.').all(|part| !part.is_empty()) && !host.ends_with(['-', '_']);
    // `ftp://name@host` is no mail address.
    let is_other = before.get(..start - least).is_some_and(|before| before.ends_with(b"/"));
    (is_whole && start < at && !is_other).then_some(Bare { start, end, scheme: "mailto:" })
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
