//! Runs the parser, and collects its facts beside the HTML.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, LinkType, OffsetIter, Options, Parser, Tag, TagEnd};

use super::definitions::Definitions;
use super::formula;
use super::render::Renderer;
use crate::markdown::source::{
    depth,
    line::{is_blank, is_break, line_at, line_start, run},
};

pub(super) const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_MATH);

/// Separates the known definitions from the text. A thematic break closes every open block.
const END: &str = "***\n";

/// The result of parsing a text. Offsets refer to the prepared text and are comparable only with each other.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// The HTML of the whole text.
    pub(super) html: String,
    /// The last block at the top level that can be parsed without what is before it.
    pub(super) last: Option<Last>,
    /// The link definitions in the text.
    pub(super) links: Vec<Link>,
    /// The labels and offsets of the footnotes that the text defines.
    pub(super) footnotes: Vec<(String, usize)>,
    /// The labels and offsets of undefined links.
    pub(super) broken: Vec<(String, usize)>,
    /// The number of HTML bytes that came from link definitions.
    pub(super) expanded: usize,
    /// A link or a footnote is drawn without its brackets, because its definition may come.
    pub(super) awaits: bool,
}

/// The start of the last block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Last {
    /// In the prepared text.
    pub(super) at: usize,
    /// The number of lines before it.
    pub(super) line: usize,
    /// In the HTML.
    pub(super) html: usize,
}

/// `[label]: destination "title"`.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) label: String,
    pub(super) destination: String,
    pub(super) title: String,
    /// Its end.
    pub(super) end: usize,
}

impl Parsed {
    /// Whether anything is defined after `at`.
    pub(super) fn defines_after(&self, at: usize) -> bool {
        self.links.iter().any(|link| link.end > at) || self.footnotes.iter().any(|(_, start)| *start >= at)
    }
}

type Answer<'a> = Option<(CowStr<'a>, CowStr<'a>)>;
type Events<'a, 'b> = OffsetIter<'a, &'b mut dyn FnMut(BrokenLink<'a>) -> Answer<'a>>;

/// Parses `text`, which comes after the definitions in `known`.
pub(super) fn parse(ids: &str, known: &str, text: &str, definitions: Definitions) -> Parsed {
    let text = depth::limit(text);
    let text = formula::prepare(&text);
    if known.is_empty() {
        return parse_prepared(ids, &text, 0, definitions);
    }
    let start = known.len() + END.len();
    let mut whole = String::with_capacity(start + text.len());
    whole.push_str(known);
    whole.push_str(END);
    whole.push_str(&text);
    parse_prepared(ids, &whole, start, definitions)
}

fn parse_prepared(ids: &str, text: &str, start: usize, definitions: Definitions) -> Parsed {
    let (mut broken, mut awaits) = (Vec::new(), false);
    let mut note = |link: BrokenLink<'_>| {
        broken.push((String::from(&*link.reference), link.span.start));
        let is_awaited = definitions == Definitions::Awaited && may_be_defined(text, &link);
        awaits |= is_awaited;
        is_awaited.then(|| ("".into(), "".into()))
    };
    let parser = Parser::new_with_broken_link_callback(text, OPTIONS, Some(&mut note as _));
    let events: Events<'_, '_> = parser.into_offset_iter();
    let links = links(&events, start);
    let mut parsed = read(events, text, start, Renderer::new(ids, definitions));
    parsed.links = links;
    parsed.broken = broken;
    parsed.awaits |= awaits;
    parsed
}

/// Whether this is `[text][label]`, for which a definition usually follows. `a[i][j]` and `[1][2]` are text more often.
fn may_be_defined(text: &str, link: &BrokenLink<'_>) -> bool {
    let (before, rest) = text.split_at_checked(link.span.start).unwrap_or_default();
    let span = rest.get(..link.span.len()).unwrap_or_default().trim_start_matches('!');
    let label = span.rsplit_once("][").map_or(span, |(label, _)| label);
    let is_index = before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, ']' | ')' | '_'))
        || (label.len() == "[i".len() && link.reference.bytes().all(|byte| byte.is_ascii_lowercase()));
    let is_full = matches!(link.link_type, LinkType::Reference | LinkType::Collapsed);
    is_full && !is_index && !link.reference.starts_with('^') && label.contains(char::is_alphabetic)
}

/// The links that are defined after `start`.
fn links(events: &Events<'_, '_>, start: usize) -> Vec<Link> {
    let mut links = Vec::new();
    for (label, link) in events.reference_definitions().iter() {
        if link.span.start >= start {
            links.push(Link {
                label: label.into(),
                destination: String::from(&*link.dest),
                title: link.title.as_deref().unwrap_or_default().into(),
                end: link.span.end,
            });
        }
    }
    links
}

fn read(events: Events<'_, '_>, text: &str, start: usize, mut renderer: Renderer<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let mut depth = 0_usize;
    let (mut last, mut seen, mut after_unambiguous) = (None, start, false);
    for (event, range) in events {
        if range.start < start {
            continue;
        }
        let event = if is_tilde(text, range.start, &event) { Event::Text("~".into()) } else { event };
        let (starts, ends) = (matches!(event, Event::Start(_)), matches!(event, Event::End(_)));
        if depth == 0 && !ends {
            let line = new_line(text, seen, range.start).or((seen == start).then_some(start));
            let unambiguous = line.is_some_and(|at| is_unambiguous(text, at, &event));
            let indented = matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)));
            let independent = |at: usize| {
                is_indented(text, at) == indented && is_independent(text, at, unambiguous, after_unambiguous)
            };
            if let Some(at) = line.filter(|at| *at > start && independent(*at)) {
                last = Some(Last { at, line: 0, html: renderer.len() });
            }
            (seen, after_unambiguous) = (range.start, unambiguous);
        }
        if let Event::Start(Tag::FootnoteDefinition(label)) = &event {
            parsed.footnotes.push((String::from(&**label), range.start));
        }
        depth = (depth + usize::from(starts)).saturating_sub(usize::from(ends));
        let is_citation = is_citation(text, &event, range);
        if is_citation && starts {
            renderer.event(Event::Text("[".into()));
        }
        renderer.event(event);
        if is_citation && ends {
            renderer.event(Event::Text("]".into()));
        }
    }
    parsed.expanded = renderer.expanded();
    parsed.awaits = renderer.awaits();
    parsed.html = renderer.finish();
    parsed.last = last.map(|last| Last { line: lines(text, start, last.at), ..last });
    parsed
}

/// Whether this is a link `[1]` whose number stands for a source. It keeps its brackets, as it has them until the source is named.
fn is_citation(text: &str, event: &Event<'_>, range: Range<usize>) -> bool {
    let label = text.get(range).and_then(|link| link.strip_prefix('[')?.strip_suffix(']')).unwrap_or_default();
    matches!(event, Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link))
        && !label.is_empty()
        && label.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether this is one of two single tildes that the parser takes for a pair. "~5 to ~6" are numbers.
fn is_tilde(text: &str, at: usize, event: &Event<'_>) -> bool {
    let strikes = matches!(event, Event::Start(Tag::Strikethrough) | Event::End(TagEnd::Strikethrough));
    strikes && run(text.get(at..).unwrap_or_default(), b'~') == 1
}

/// The start of the line that `to` is on, if it is after `from`. (Several footnotes can start on one line.)
fn new_line(text: &str, from: usize, to: usize) -> Option<usize> {
    text.get(from..to).and_then(|between| between.rfind('\n')).map(|end| from + end + 1)
}

/// Whether the block that starts on the line at `at` parses alike without the text before it.
///
/// That is so after a blank line. Elsewhere a formula might be open there that ends in it, and what looks like its start
/// might be text because a definition comes before it: unless it is `unambiguous`, or comes right `after_unambiguous`.
fn is_independent(text: &str, at: usize, unambiguous: bool, after_unambiguous: bool) -> bool {
    let before = line_at(text, line_start(text, at.saturating_sub(1)));
    is_blank(before) || (unambiguous && is_break(line_at(text, at))) || (after_unambiguous && is_break(before))
}

/// Whether the line at `at` is code if nothing is before it. (What is indented may be a footnote after a footnote, too.)
fn is_indented(text: &str, at: usize) -> bool {
    let line = line_at(text, at).as_bytes();
    line.iter().take(4).take_while(|byte| **byte == b' ').count() == 4 || line.iter().take(4).any(|byte| *byte == b'\t')
}

/// Whether the block on the line at `at` is what it is whatever comes before and after it: `# …` or a fence.
fn is_unambiguous(text: &str, at: usize, event: &Event<'_>) -> bool {
    let line = line_at(text, at);
    let indent = run(line, b' ');
    let start = line.get(indent..).unwrap_or_default();
    let unambiguous = match event {
        Event::Start(Tag::Heading { .. }) => start.starts_with('#'),
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => start.starts_with(['`', '~']),
        _ => false,
    };
    unambiguous && indent < 4
}

fn lines(text: &str, start: usize, end: usize) -> usize {
    text.get(start..end).unwrap_or_default().matches('\n').count()
}
