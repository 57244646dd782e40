//! The dollars and the `\(` that are formulas, written so that the parser sees the same. So are the runs of `*` and `~`
//! and the tables that it would misread.
//!
//! The parser knows `$…$` and `$$…$$`, by rules that take "**$5** to **$10**" for a formula; it has never heard of
//! `\(…\)`, and takes the `=` line of a formula for the underline of a heading. So the text is prepared for it:
//! - a lone dollar, or one that is a price, is escaped. A dollar opens a formula if no letter or digit stands right before
//!   it and no blank right after it; the next dollar closes it if no blank stands before that one and no digit after it;
//! - `\(…\)` and `\[…\]` become `$$…$$` with marks that tell what they were;
//! - the lines of a formula that starts a line start with [`NEUTRAL`], so that none of them can be a heading, a list, …;
//! - a run of `*` or `~~` that the parser would misread gets [`NEUTRAL`] on both sides
//!   ([`flank`](crate::markdown::source::flank)), and so does a single tilde that would close another;
//! - the first line of a table that comes right after a line of text gets a bar at its start ([`tables`](crate::markdown::source::tables)).
//!
//! A formula ends before a blank line, a heading, a fence and a code span, or is none. Where the text turns out to be code, all of it
//! is taken back ([`restore`](crate::markdown::source::sentinels::restore)).

mod scan;

use std::borrow::Cow;

use crate::markdown::source::{
    line::find,
    sentinels::{BAR, CLOSE_ROUND, CLOSE_SQUARE, ESCAPE, NEUTRAL, OPEN_ROUND, OPEN_SQUARE},
};

/// A change at a place of the text.
#[derive(Clone, Copy, Debug)]
struct Edit {
    at: usize,
    kind: Kind,
}

/// The edits of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A dollar is none.
    Escape,
    /// A letter that isn't seen comes next.
    Neutral,
    /// Two bytes become another delimiter.
    OpenRound,
    OpenSquare,
    CloseRound,
    CloseSquare,
    /// A bar that isn't seen comes next.
    Bar,
}

/// The text as the parser shall see it.
pub(super) fn prepare(text: &str) -> Cow<'_, str> {
    if !may_change(text) {
        return text.into();
    }
    let edits = scan::edits(text);
    if edits.is_empty() {
        return text.into();
    }
    apply(text, &edits).into()
}

/// Whether there may be something to change in `text`.
fn may_change(text: &str) -> bool {
    let has = |needle: &str| find(text, needle).is_some();
    let is_wide = |byte: u8| byte >= 0xE0;
    has("$") || has("~") || has("|") || has("\\(") || has("\\[") || (has("*") && text.bytes().any(is_wide))
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len() + 8 * edits.len());
    let mut copied = 0;
    for edit in edits {
        out.push_str(text.get(copied..edit.at).unwrap_or_default());
        copied = edit.at + if matches!(edit.kind, Kind::Escape | Kind::Neutral | Kind::Bar) { 0 } else { 2 };
        write(edit.kind, &mut out);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}

fn write(kind: Kind, out: &mut String) {
    match kind {
        Kind::Escape => {
            out.push(ESCAPE);
            out.push('\\');
        }
        Kind::Neutral => out.push(NEUTRAL),
        Kind::Bar => {
            out.push('|');
            out.push(BAR);
        }
        Kind::OpenRound | Kind::OpenSquare => {
            out.push(if kind == Kind::OpenRound { OPEN_ROUND } else { OPEN_SQUARE });
            out.push_str("$$");
        }
        Kind::CloseRound | Kind::CloseSquare => {
            out.push_str("$$");
            out.push(if kind == Kind::CloseRound { CLOSE_ROUND } else { CLOSE_SQUARE });
        }
    }
}
