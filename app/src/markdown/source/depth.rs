//! Limits the nesting depth. A parser makes a block of each of ten thousand `>` on one line, and visits all of them for
//! every line.

use std::borrow::Cow;

use super::line::prefix;
use crate::markdown::source::sentinels::NEUTRAL;

/// The largest number of block markers on one line. Further markers are text.
const MOST: usize = 32;

/// The text with no more than [`MOST`] markers at the start of a line.
///
/// The blocks of several lines can still be nested deeper (each level is a longer line, so that there can't be many);
/// the DOM they become is bounded where they are written.
pub(crate) fn limit(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut start = 0;
    for line in text.split('\n') {
        if let Some(at) = too_deep(line) {
            out.push_str(text.get(copied..start + at).unwrap_or_default());
            out.push(NEUTRAL);
            copied = start + at;
        }
        start += line.len() + 1;
    }
    if copied == 0 {
        return text.into();
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out.into()
}

/// The position from which `line` has too many markers.
fn too_deep(line: &str) -> Option<usize> {
    let prefix = prefix(line, MOST);
    let more = line.get(prefix.len..)?;
    (prefix.quotes + prefix.items == MOST && !more.is_empty() && !is_rule(line)).then_some(prefix.len)
}

/// Whether `line` is a thematic break, however long: `* * * *`.
fn is_rule(line: &str) -> bool {
    let mut bytes = line.bytes().filter(|byte| !matches!(byte, b' ' | b'\t'));
    let first = bytes.next();
    matches!(first, Some(b'-' | b'*' | b'_')) && bytes.all(|byte| Some(byte) == first)
}
