//! Link and footnote definitions that are used elsewhere in the text.
//!
//! A block is parsed by itself, after the definitions that came before it: they are kept as source and put before it, so
//! that the parser alone decides what a definition is and which of two wins. What was used before it was defined makes a
//! rewrite, or, when that has happened too often, waits for the end.

use unicase::UniCase;

use super::parse::Parsed;
use crate::markdown::source::{line::find, sentinels::restore};

/// More definitions than this (in bytes) aren't known before the end: they are parsed again with every block.
const KNOWN: usize = 4096;
/// More HTML than this isn't made of definitions before the end: a long destination can be used very often.
const EXPANDED: usize = 64 * 1024;
/// More uses than this aren't told apart.
const UNRESOLVED: usize = 256;

/// The definitions so far, and the labels that had none.
#[derive(Debug, Default)]
pub(super) struct References {
    /// The definitions so far, as Markdown source.
    known: String,
    /// The labels that were used before their definition.
    unresolved: Vec<String>,
    /// Whether there were too many labels to record. Any definition then causes a rewrite.
    overflowed: bool,
    expanded: usize,
    /// Whether final blocks differ from the correct result.
    dirty: bool,
    /// Whether final blocks show an undefined label as if it were defined.
    awaits: bool,
}

impl References {
    /// The definitions so far, to be put before what is parsed.
    pub(super) fn known(&self) -> &str {
        if self.expanded > EXPANDED { "" } else { &self.known }
    }

    /// Whether what was final has to be written again.
    pub(super) fn dirty(&self) -> bool {
        self.dirty
    }

    /// Whether something in what is final looks as if it were defined, and isn't yet.
    pub(super) fn awaits(&self) -> bool {
        self.awaits
    }

    /// Everything before has been written again, with all that is known.
    pub(super) fn rewritten(&mut self) {
        self.known.clear();
        self.unresolved.clear();
        self.overflowed = false;
        self.expanded = 0;
        self.dirty = false;
        self.awaits = false;
    }

    /// `source`, parsed as `parsed`, has become final up to `end` (in the prepared text).
    pub(super) fn learn(&mut self, source: &str, parsed: &Parsed, end: usize) {
        self.expanded += parsed.expanded;
        self.awaits |= parsed.awaits;
        self.dirty |= self.expanded > EXPANDED;
        // Some `[^a]: b` defines a link, which nothing can use; put before a text, it would be a footnote.
        for link in parsed.links.iter().filter(|link| link.end <= end && !link.label.starts_with('^')) {
            let label = restore(&link.label, true);
            self.define(&label, &definition(&label, &link.destination, &link.title));
        }
        for (label, _) in parsed.footnotes.iter().filter(|(_, at)| *at < end) {
            let label = ["^", &restore(label, true)].concat();
            let definition = ["[", &label, "]: .\n\n"].concat();
            self.define(&label, &definition);
        }
        for (label, _) in parsed.broken.iter().filter(|(_, at)| *at < end) {
            self.note_unresolved(&restore(label, true));
        }
        self.note_unresolved_footnotes(source);
    }

    fn define(&mut self, label: &str, definition: &str) {
        self.dirty |= self.overflowed || self.unresolved.iter().any(|other| same(other, label));
        if self.known.len() + definition.len() <= KNOWN {
            self.known.push_str(definition);
        } else {
            self.dirty = true;
        }
    }

    fn note_unresolved(&mut self, label: &str) {
        if self.overflowed || self.unresolved.iter().any(|other| same(other, label)) {
            return;
        }
        self.overflowed = self.unresolved.len() == UNRESOLVED;
        if !self.overflowed {
            self.unresolved.push(label.into());
        }
    }

    /// The parser says nothing of footnotes that aren't defined: all that looks like one might be.
    fn note_unresolved_footnotes(&mut self, source: &str) {
        let mut rest = source;
        while let Some(after) = find(rest, "[^").and_then(|at| rest.get(at + 2..)) {
            let end = after.find(['[', ']', '\n']).unwrap_or(after.len());
            if after.as_bytes().get(end) == Some(&b']') {
                self.note_unresolved(&["^", &words(after.get(..end).unwrap_or_default())].concat());
            }
            rest = after;
        }
    }
}

/// Whether two labels are the same: neither case nor the kind of blanks matters.
fn same(a: &str, b: &str) -> bool {
    UniCase::new(a) == UniCase::new(b)
}

fn words(label: &str) -> String {
    let mut out = String::new();
    for word in label.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn definition(label: &str, destination: &str, title: &str) -> String {
    let mut out = String::with_capacity(label.len() + destination.len() + title.len() + 16);
    out.push('[');
    out.push_str(label);
    out.push_str("]: <");
    escape(&restore(destination, false), &mut out);
    out.push('>');
    if !title.is_empty() {
        out.push_str(" \"");
        escape(&restore(title, false), &mut out);
        out.push('"');
    }
    out.push_str("\n\n");
    out
}

/// Escapes `text` so that no character has a meaning in Markdown.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\n' => out.push_str("&#10;"),
            c if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
}
