//! Code with colours: the text as it is, with spans around what has a class.

use super::{
    budget::Budget,
    escape::push_escaped,
    languages::grammar,
    scopes::{Class, Classes},
};
use syntect::parsing::{ParseState, ScopeStack};

/// A longer line isn't code that a person reads, and a grammar may take for ever over it: it goes without colours.
const LONGEST_LINE: usize = 2048;

/// The code as HTML. Without its tags and escapes it is what it was, byte by byte. None if the language isn't known, or if
/// there wasn't enough time.
pub(super) fn highlighted(code: &str, language: &str, budget: &Budget) -> Option<String> {
    let (syntaxes, name) = grammar(language)?;
    let mut state = ParseState::new(syntaxes.find_syntax_by_name(&name)?);
    let mut stack = ScopeStack::new();
    let mut classes = Classes::default();
    let mut spans = Spans::default();
    for line in code.split_inclusive('\n') {
        if budget.is_spent() {
            return None;
        }
        if line.len() > LONGEST_LINE {
            spans.push(line, None);
            continue;
        }
        let mut begin = 0;
        for (end, change) in state.parse_line(line, &syntaxes).ok()? {
            spans.push(line.get(begin..end)?, classes.of(&stack));
            begin = end;
            stack.apply(&change).ok()?;
        }
        spans.push(line.get(begin..)?, classes.of(&stack));
    }
    Some(spans.finish())
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

#[cfg(test)]
mod tests;
