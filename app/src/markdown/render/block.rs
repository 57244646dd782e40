//! The starts and ends of blocks.

use pulldown_cmark::{CodeBlockKind, HeadingLevel, Tag, TagEnd};

use super::escape::{escape, push_id, push_number};
use super::{DEEPEST, Paragraph, Renderer};
use crate::markdown::source::{line::find, sentinels::restore};

impl Renderer<'_> {
    pub(super) fn start(&mut self, tag: Tag<'_>) {
        self.paragraph.other = true;
        match tag {
            Tag::Paragraph => self.start_paragraph(),
            Tag::Heading { level, .. } => self.start_heading(level),
            Tag::BlockQuote(_) => self.nest("<blockquote>", "</blockquote>"),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => self.code = Some(String::from(&*info)),
            Tag::CodeBlock(CodeBlockKind::Indented) => self.code = Some(String::new()),
            Tag::HtmlBlock => self.open("<p class=\"raw\">", "</p>"),
            Tag::List(None) => self.nest("<ul>", "</ul>"),
            Tag::List(Some(first)) => self.start_numbered(first),
            Tag::Item => self.start_item(),
            Tag::FootnoteDefinition(label) => self.start_footnote(&label),
            Tag::Table(columns) => self.start_table(columns),
            Tag::TableHead => self.start_head(),
            Tag::TableRow => self.start_row(),
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis => self.nest("<em>", "</em>"),
            Tag::Strong => self.nest("<strong>", "</strong>"),
            Tag::Strikethrough => self.nest("<del>", "</del>"),
            Tag::Link { link_type, dest_url, title, .. } => self.start_link(link_type, &dest_url, &title),
            Tag::Image { link_type, dest_url, title, .. } => self.start_image(link_type, &dest_url, &title),
            // Options that aren't asked for.
            _ => self.open("", ""),
        }
    }

    pub(super) fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::CodeBlock => return self.end_code(),
            TagEnd::Paragraph => return self.end_paragraph(),
            TagEnd::TableHead => self.in_head = false,
            TagEnd::TableCell => self.in_cell = false,
            TagEnd::Image => return self.end_image(),
            TagEnd::Link => self.end_link(),
            TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::FootnoteDefinition
            | TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.close();
    }

    fn start_paragraph(&mut self) {
        self.paragraph = Paragraph { start: self.out.len(), formula: false, other: false };
        self.open("<p>", "</p>");
    }

    /// A paragraph of nothing but display formulas is no paragraph: each stands for itself.
    fn end_paragraph(&mut self) {
        if self.out.len() == self.paragraph.start + "<p>".len() {
            self.closers.pop();
            return self.out.truncate(self.paragraph.start);
        }
        self.close();
        if !self.paragraph.formula || self.paragraph.other {
            return;
        }
        let paragraph = self.out.split_off(self.paragraph.start);
        let mut rest = paragraph.as_str();
        while let Some(formula) = after(rest, "<span class=\"math display\"") {
            let end = find(formula, "</span>").unwrap_or(formula.len());
            self.out.push_str("<div class=\"math\"");
            self.out.push_str(formula.get(..end).unwrap_or_default());
            self.out.push_str("</div>");
            rest = formula.get(end..).unwrap_or_default();
        }
    }

    fn start_heading(&mut self, level: HeadingLevel) {
        let (html, closer) = match level {
            HeadingLevel::H1 => ("<h1>", "</h1>"),
            HeadingLevel::H2 => ("<h2>", "</h2>"),
            HeadingLevel::H3 => ("<h3>", "</h3>"),
            HeadingLevel::H4 => ("<h4>", "</h4>"),
            HeadingLevel::H5 => ("<h5>", "</h5>"),
            HeadingLevel::H6 => ("<h6>", "</h6>"),
        };
        self.open(html, closer);
    }

    fn start_numbered(&mut self, first: u64) {
        let mut html = String::from("<ol");
        if first != 1 {
            html.push_str(" start=\"");
            push_number(first, &mut html);
            html.push('"');
        }
        html.push('>');
        self.nest(&html, "</ol>");
    }

    fn start_item(&mut self) {
        if self.depth > DEEPEST {
            self.open("<br>", "");
        } else {
            self.open("<li>", "</li>");
        }
    }

    fn start_footnote(&mut self, label: &str) {
        let label = restore(label, true);
        let mut html = String::from("<div class=\"footnote\" role=\"note\" id=\"");
        push_id(self.ids, &label, &mut html);
        html.push_str("\"><span class=\"label\">");
        escape(&label, &mut html);
        html.push_str("</span>");
        self.nest(&html, "</div>");
    }

    /// A footnote's number, with a way to the footnote.
    pub(super) fn footnote_reference(&mut self, label: &str) {
        let label = restore(label, true);
        self.other("<sup>");
        if self.in_link == 0 {
            self.out.push_str("<a href=\"#");
            push_id(self.ids, &label, &mut self.out);
            self.out.push_str("\" aria-label=\"Footnote ");
            escape(&label, &mut self.out);
            self.out.push_str("\">");
        }
        escape(&label, &mut self.out);
        self.out.push_str(if self.in_link == 0 { "</a></sup>" } else { "</sup>" });
    }
}

/// The part of `text` after `needle`.
fn after<'a>(text: &'a str, needle: &str) -> Option<&'a str> {
    find(text, needle).and_then(|at| text.get(at + needle.len()..))
}
