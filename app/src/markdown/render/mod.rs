//! The parser's events, as HTML that can be put into the page as it is.

mod block;
mod code;
mod escape;
mod link;
mod table;
mod text;

use pulldown_cmark::{Alignment, Event};

use super::definitions::Definitions;
use crate::markdown::source::sentinels::CUT;

pub(super) use code::{Part, figure};

/// The deepest nesting of lists, quotes and inline markup in the page. Deeper content is shown without nesting.
const DEEPEST: usize = 24;

/// Writes one event after another.
pub(super) struct Renderer<'a> {
    out: String,
    ids: &'a str,
    /// Text that hasn't been written yet: the parser cuts it anywhere.
    text: String,
    /// The closing tags of the open elements.
    closers: Vec<&'static str>,
    depth: usize,
    /// The info string of the code block that is open.
    code: Option<String>,
    /// The number of open links.
    in_link: usize,
    /// The start of each open image's label, and the text for an empty label.
    images: Vec<(usize, String)>,
    paragraph: Paragraph,
    /// The alignments of the open table's columns, and the column of its next cell.
    columns: Vec<Alignment>,
    column: usize,
    in_head: bool,
    in_cell: bool,
    expanded: usize,
    definitions: Definitions,
    /// The number of footnotes drawn so far whose definition may still come.
    awaited: usize,
    /// The text has ended. What comes after it was put there to close what is open, and is never seen.
    is_over: bool,
}

/// The state of the open paragraph.
#[derive(Default)]
struct Paragraph {
    start: usize,
    /// It holds a display formula.
    formula: bool,
    /// It holds something else.
    other: bool,
}

impl<'a> Renderer<'a> {
    /// One that starts every id with `ids`.
    pub(super) fn new(ids: &'a str, definitions: Definitions) -> Self {
        Self {
            out: String::new(),
            ids,
            text: String::new(),
            closers: Vec::new(),
            depth: 0,
            code: None,
            in_link: 0,
            images: Vec::new(),
            paragraph: Paragraph::default(),
            columns: Vec::new(),
            column: 0,
            in_head: false,
            in_cell: false,
            expanded: 0,
            definitions,
            awaited: 0,
            is_over: false,
        }
    }

    /// The length written so far. At the top level, between blocks, that is all of it.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// The length of the link definitions' share of it.
    pub(super) fn expanded(&self) -> usize {
        self.expanded
    }

    /// Whether a footnote was drawn whose definition may come.
    pub(super) fn awaits(&self) -> bool {
        self.awaited > 0
    }

    /// All of it.
    pub(super) fn finish(mut self) -> String {
        self.flush();
        self.out
    }

    /// Writes `event`.
    pub(super) fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => {
                self.flush();
                self.start(tag);
            }
            Event::End(tag) => {
                self.flush();
                self.end(tag);
            }
            Event::Text(text) if self.code.is_some() => self.code_text(&text),
            _ if self.is_over => {}
            Event::Text(text) => {
                let seen = self.seen(&text);
                self.text.push_str(seen);
            }
            Event::SoftBreak => self.text.push('\n'),
            Event::DisplayMath(tex) => self.formula(&tex, true),
            Event::InlineMath(tex) => self.formula(&tex, false),
            Event::Html(html) | Event::InlineHtml(html) => self.raw(&html),
            Event::Code(code) => self.code_span(&code),
            Event::FootnoteReference(label) => self.footnote_reference(&label),
            Event::HardBreak => self.other("<br>"),
            Event::Rule => self.other("<hr>"),
            Event::TaskListMarker(true) => {
                self.other("<input type=\"checkbox\" disabled checked aria-label=\"Done\"> ");
            }
            Event::TaskListMarker(false) => {
                self.other("<input type=\"checkbox\" disabled aria-label=\"To do\"> ");
            }
        }
    }

    /// The part of `text` that is seen: no more than comes before [`CUT`], which stays.
    fn seen<'t>(&mut self, text: &'t str) -> &'t str {
        let Some(at) = text.find(CUT) else {
            return text;
        };
        self.is_over = true;
        text.get(..at + CUT.len_utf8()).unwrap_or_default()
    }

    /// Writes `html` after the text before it.
    fn other(&mut self, html: &str) {
        self.flush();
        self.paragraph.other = true;
        self.out.push_str(html);
    }

    /// Opens an element.
    fn open(&mut self, html: &str, closer: &'static str) {
        self.out.push_str(html);
        self.closers.push(closer);
    }

    /// Opens an element, unless too many are open already.
    fn nest(&mut self, html: &str, closer: &'static str) {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.open("", "");
        } else {
            self.open(html, closer);
        }
    }

    fn close(&mut self) {
        self.out.push_str(self.closers.pop().unwrap_or_default());
    }
}
