//! Text of a server as part of a message: without secrets, in one line, and short.

use crate::models::openai::{
    connection::upstream::Upstream,
    error::redact::{cut, in_one_line},
    wire::stray_bytes::unmarked,
};

/// The longest quotation of a server, in characters.
pub(super) const QUOTED: usize = 300;

/// The most bytes of a server's text that are examined.
pub(super) const READ: usize = 16 * 1024;

/// The longest single word of a server, such as a finish reason, in characters.
pub(super) const WORD: usize = 64;

/// Marks around a quotation while its sentence is built. No quotation contains them.
pub(super) const BEGIN: char = '\u{1}';
pub(super) const END: char = '\u{2}';

/// A body that isn't JSON, as something that can be quoted: of a web page, its title.
pub(super) fn readable(body: &str) -> String {
    let begun = without_mark(body);
    if !begun.starts_with('<') {
        return begun.to_owned();
    }
    let title = ["title", "message"].iter().find_map(|name| element(begun, name));
    let what = if begun.starts_with("<?xml") { "XML" } else { "a web page" };
    title.map_or_else(|| what.into(), |title| format!("{what}, “{title}”"))
}

/// The words in the first element of this name.
pub(super) fn element(page: &str, name: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase(); // as long as the page
    let tag = format!("<{name}");
    let begin = lower.match_indices(&tag).map(|(at, found)| at + found.len());
    let is_whole = |at: &usize| lower[*at..].starts_with(|c: char| c == '>' || c.is_whitespace());
    let begin = begin.filter(is_whole).find_map(|at| Some(at + lower[at..].find('>')? + 1))?;
    let end = begin + lower[begin..].find('<')?;
    let words = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    let text = words.iter().fold(page[begin..end].to_owned(), |text, (entity, letter)| text.replace(entity, letter));
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A body without the white space that it begins with, and without a byte order mark.
pub(super) fn without_mark(body: &str) -> &str {
    body.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// A sentence without its quotations.
pub(super) fn without_quotations(words: &str) -> String {
    let (mut kept, mut rest) = (String::new(), words);
    while let Some((before, quoted)) = rest.split_once(BEGIN) {
        kept += before;
        kept.push('…');
        rest = quoted.split_once(END).unwrap_or_default().1;
    }
    kept + rest
}

/// Words of a server's as part of a sentence.
pub(super) fn quote(words: &str, upstream: &Upstream) -> String {
    format!("{BEGIN}{}{END}", plain(words, upstream))
}

/// One word of a server's as part of a sentence.
pub(super) fn quoted_word(word: &str, upstream: &Upstream) -> String {
    format!("{BEGIN}{}{END}", self::word(word, upstream))
}

/// Words as part of a sentence: without secrets, in one line, at most [`QUOTED`] characters, and with a full stop.
pub(super) fn plain(words: &str, upstream: &Upstream) -> String {
    let mut quoted = within(words, QUOTED, upstream);
    if !quoted.ends_with(['.', '!', '?', '…']) {
        quoted.push('.');
    }
    quoted
}

/// One word of a server's, such as why it ended its answer: without secrets, and at most [`WORD`] characters.
pub(crate) fn word(word: &str, upstream: &Upstream) -> String {
    within(word, WORD, upstream)
}

pub(super) fn within(words: &str, most: usize, upstream: &Upstream) -> String {
    let read = words.floor_char_boundary(READ);
    let line = in_one_line(&unmarked(&words[..read]));
    cut(&if read < words.len() { upstream.redact_cut(&line) } else { upstream.redact(&line) }, most)
}
