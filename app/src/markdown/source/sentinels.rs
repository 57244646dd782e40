//! Characters that no text may hold, as sentinels in a text on its way to the parser.
//!
//! Unicode sets a few code points aside for use inside a program ("noncharacters"). [`normalise`] lets none of them in,
//! so that one in the prepared text is always ours. The parser takes them for letters, and [`restore`] takes back what
//! they stand for: that is how a text can be changed for the parser without a trace of it in what the reader sees.

use std::borrow::Cow;

/// Nothing. Keeps the line after it from starting a block.
pub(crate) const NEUTRAL: char = '\u{FDD0}';
/// With `$$` after it: `\(`.
pub(crate) const OPEN_ROUND: char = '\u{FDD1}';
/// With `$$` before it: `\)`.
pub(crate) const CLOSE_ROUND: char = '\u{FDD2}';
/// With `$$` after it: `\[`.
pub(crate) const OPEN_SQUARE: char = '\u{FDD3}';
/// With `$$` before it: `\]`.
pub(crate) const CLOSE_SQUARE: char = '\u{FDD4}';
/// A backslash that wasn't there comes next.
pub(crate) const ESCAPE: char = '\u{FDD5}';
/// More will come: what stands before this is unfinished.
pub(crate) const CUT: char = '\u{FDD6}';

/// A bar that wasn't there comes before this.
pub(crate) const BAR: char = '\u{FDD7}';

/// Whether this is one of the sentinels.
pub(crate) fn is_sentinel(c: char) -> bool {
    ('\u{FDD0}'..='\u{FDEF}').contains(&c)
}

/// Appends `delta` to `source` as the parser shall see it: line ends are LF, and neither NUL nor a sentinel is in it.
///
/// `after_cr` is whether the delta before this one ended in CR: an LF that comes next belongs to that line end.
pub(crate) fn normalise(delta: &str, after_cr: &mut bool, source: &mut String) {
    for c in delta.chars() {
        match c {
            '\n' if *after_cr => {}
            '\r' => source.push('\n'),
            '\0' => source.push(char::REPLACEMENT_CHARACTER),
            c if is_sentinel(c) => source.push(char::REPLACEMENT_CHARACTER),
            c => source.push(c),
        }
        *after_cr = c == '\r';
    }
}

/// The text as it was before it was prepared. [`CUT`] stays: it says something about what stands before it.
///
/// In `verbatim` text (code, formulas) nothing was unescaped; elsewhere the parser has taken the backslashes away.
pub(crate) fn restore(text: &str, verbatim: bool) -> Cow<'_, str> {
    if !text.contains(is_sentinel) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_sentinel) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let mut after = after.chars();
        let sentinel = after.next();
        rest = restore_sentinel(sentinel, after.as_str(), verbatim, &mut out);
    }
    out.push_str(rest);
    out.into()
}

/// Writes what `sentinel` stands for, and gives what is left to read.
fn restore_sentinel<'a>(sentinel: Option<char>, rest: &'a str, verbatim: bool, out: &mut String) -> &'a str {
    match sentinel {
        Some(OPEN_ROUND) => restore_open(if verbatim { "\\(" } else { "(" }, rest, out),
        Some(OPEN_SQUARE) => restore_open(if verbatim { "\\[" } else { "[" }, rest, out),
        Some(CLOSE_ROUND) => restore_close(if verbatim { "\\)" } else { ")" }, rest, out),
        Some(CLOSE_SQUARE) => restore_close(if verbatim { "\\]" } else { "]" }, rest, out),
        Some(ESCAPE) if rest.starts_with("\\$") => rest.get(1..).unwrap_or_default(),
        Some(BAR) => {
            if out.ends_with('|') {
                out.pop();
            }
            rest
        }
        Some(CUT) => {
            out.push(CUT);
            rest
        }
        _ => rest,
    }
}

fn restore_open<'a>(was: &str, rest: &'a str, out: &mut String) -> &'a str {
    match rest.strip_prefix("$$") {
        Some(rest) => {
            out.push_str(was);
            rest
        }
        // A formula came of it.
        None => rest,
    }
}

fn restore_close<'a>(was: &str, rest: &'a str, out: &mut String) -> &'a str {
    if out.ends_with("$$") {
        out.truncate(out.len() - 2);
        out.push_str(was);
    }
    rest
}
