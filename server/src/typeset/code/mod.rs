//! Code with colours: the text as it is, with spans around what has a class.

use super::escape::push_escaped;
use crate::{
    os::cpu_time,
    typeset::{
        code::{
            languages::grammar,
            scopes::{Class, Classes},
        },
        schedule::slice::Slice,
    },
};
use std::{iter, sync::Arc, time::Duration};
use syntect::parsing::{ParseState, ScopeStack, ScopeStackOp, SyntaxSet};

/// A line with more bytes gets no colours.
const LONGEST_LINE: usize = 1024;

/// A longer line is parsed by its first `STEP` bytes, then by a quarter more, at most `STEP`, and so on, and only as a whole once
/// none of these has taken longer than `STEP_MOST`. The library can't be interrupted within a line, and the time of some
/// grammars' expressions is exponential in its length: 128 bytes of `a-a-a-…` take half a second as Less.
const STEP: usize = 64;
const STEP_MOST: Duration = Duration::from_millis(8);

/// The CPU time of one block, the compilation of its grammar included. The rest of the block gets no colours.
const BLOCK_MOST: Duration = Duration::from_secs(1);

/// A block of code, coloured line by line.
pub(super) struct Code {
    text: String,
    /// Up to where it is coloured, in bytes.
    at: usize,
    spent: Duration,
    syntaxes: Arc<SyntaxSet>,
    state: ParseState,
    stack: ScopeStack,
    classes: Classes,
    spans: Spans,
}

impl Code {
    /// None if the language isn't known.
    pub(super) fn new(text: &str, language: &str) -> Option<Self> {
        let (syntaxes, name) = grammar(language)?;
        let state = ParseState::new(syntaxes.find_syntax_by_name(&name)?);
        Some(Self {
            text: text.to_owned(),
            at: 0,
            spent: Duration::ZERO,
            syntaxes,
            state,
            stack: ScopeStack::new(),
            classes: Classes::default(),
            spans: Spans::default(),
        })
    }

    pub(super) fn is_done(&self) -> bool {
        self.at == self.text.len() || self.spent >= BLOCK_MOST
    }

    /// Colours the next line, unless that takes too long.
    pub(super) fn colour_line(&mut self, slice: &Slice) {
        let began = cpu_time::used();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let parsed = self.parse(line, slice);
        let end = self.at + line.len();
        match parsed {
            Some((state, changes)) => self.push(self.at, end, state, &changes),
            None => self.push_plain(end),
        }
        self.spent += cpu_time::used().saturating_sub(began);
    }

    /// The code as HTML. Without its tags and escapes it is what it was, byte by byte.
    pub(super) fn finish(mut self) -> String {
        self.push_plain(self.text.len());
        self.spans.finish()
    }

    /// The state after the line, and where the scopes change in it. None if it is too long, or takes too long.
    fn parse(&self, line: &str, slice: &Slice) -> Option<(ParseState, Vec<(usize, ScopeStackOp)>)> {
        if line.len() > LONGEST_LINE {
            return None;
        }
        for end in steps(line.len()) {
            let begin = &line[..line.floor_char_boundary(end)];
            // A first slow run may have compiled expressions, so only a second one counts.
            if self.is_slow_or_cancelled(begin, slice) && self.is_slow_or_cancelled(begin, slice) {
                return None;
            }
        }
        if slice.is_cancelled() {
            return None;
        }
        let mut state = self.state.clone();
        let changes = state.parse_line(line, &self.syntaxes).ok()?;
        let is_sound =
            changes.is_sorted_by_key(|(at, _)| *at) && changes.iter().all(|(at, _)| line.is_char_boundary(*at));
        is_sound.then_some((state, changes))
    }

    fn is_slow_or_cancelled(&self, text: &str, slice: &Slice) -> bool {
        slice.is_cancelled() || self.is_slow(text)
    }

    fn is_slow(&self, text: &str) -> bool {
        let began = cpu_time::used();
        _ = self.state.clone().parse_line(text, &self.syntaxes);
        cpu_time::used().saturating_sub(began) > STEP_MOST
    }

    fn push(&mut self, begin: usize, end: usize, state: ParseState, changes: &[(usize, ScopeStackOp)]) {
        self.state = state;
        for (at, change) in changes {
            self.push_scoped(begin + at);
            // A grammar that pops more than it has pushed has no scope left: its text gets no colours.
            _ = self.stack.apply(change);
        }
        self.push_scoped(end);
    }

    /// Appends the text up to `end` in the class of the current scopes.
    fn push_scoped(&mut self, end: usize) {
        let class = self.classes.of(&self.stack);
        self.spans.push(self.text.get(self.at..end).unwrap_or_default(), class);
        self.at = end;
    }

    fn push_plain(&mut self, end: usize) {
        self.spans.push(self.text.get(self.at..end).unwrap_or_default(), None);
        self.at = end;
    }
}

/// The lengths of the beginnings by which a line of this length is parsed before it is parsed as a whole.
fn steps(length: usize) -> impl Iterator<Item = usize> {
    let longer = |end: &usize| Some(end + (end / 4).min(STEP));
    iter::successors(Some(STEP), longer).take_while(move |end| *end < length)
}

/// HTML in the making. Neighbours of one class share a span.
#[derive(Debug, Default)]
struct Spans {
    html: String,
    open: Class,
}

impl Spans {
    fn push(&mut self, text: &str, class: Class) {
        // White space looks the same in every class.
        let class = if text.trim().is_empty() { self.open } else { class };
        if class != self.open {
            self.close();
            self.begin(class);
        }
        push_escaped(&mut self.html, text);
    }

    fn begin(&mut self, class: Class) {
        self.open = class;
        if let Some(class) = class {
            self.html.push_str("<span class=\"hl-");
            self.html.push_str(class);
            self.html.push_str("\">");
        }
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.html.push_str("</span>");
        }
    }

    fn finish(mut self) -> String {
        self.close();
        self.html
    }
}

pub(crate) mod languages;
pub(crate) mod scopes;
#[cfg(test)]
mod tests;
