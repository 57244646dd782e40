//! Thoughts hidden in the text: some servers leave a model's `<think>…</think>` where the model has put it, at the
//! beginning of its answer, instead of sending it as reasoning. Some templates put the `<think>` into the prompt, as those of
//! DeepSeek R1 and QwQ do: then the text begins in the middle of a thought, and only its end shows that it was one.

use crate::models::openai::chunk::code_spans::Code;
use app::chat::protocol::message::{Delta, Was};
use std::mem;

/// The tags around reasoning: of nearly all templates, of some that follow Claude, of Gemini in its compatible API, of Seed-OSS,
/// Magistral and Kimi.
const TAGS: [(&str, &str); 6] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
];

/// The characters that tags begin with.
const BEGINNINGS: [char; 3] = ['<', '[', '◁'];

/// Between two thoughts that come one right after the other.
const BETWEEN: &str = "\n\n";

/// The most white space that is held back because a tag may follow, in bytes. A stuck model sends endless line ends; those count
/// as text.
const WHITE: usize = 1024;

/// Turns text into text and reasoning. The result is the same wherever the text was split.
#[derive(Debug, Default)]
pub(crate) struct Think {
    section: Section,
    /// Text that may still be part of a tag, or white space beside one.
    held: String,
    /// The length of the part of `held` that is done. It is removed once per piece, since a piece may be nothing but tags.
    told: usize,
    /// The number of deltas before this piece. Its text becomes one delta, as far as it is of one kind.
    before: usize,
    /// Whether the text can't be a thought: there was one before it, or it explains both tags of one.
    is_certain: bool,
    /// The pairs of tags of which the first stands in the text.
    opened: [bool; TAGS.len()],
    /// Tracks code in the text. A tag in code is text.
    code: Code,
    /// The tag that ends the thought, once one has begun.
    close: &'static str,
    has_thought: bool,
    /// Whether a thought is to be set apart from the one before it.
    is_apart: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Section {
    /// Only white space so far, or the start of a tag.
    #[default]
    Beginning,
    /// After `<think>`, and nothing but white space since.
    BeforeThought,
    /// Between the tags.
    Thought,
    /// After `</think>`, and nothing but white space since.
    BeforeText,
    /// The answer itself. Here a tag is a word like any other, since the model may be explaining it, unless it ends a thought
    /// that began in the prompt.
    Text,
}

impl Think {
    /// Takes in more of the text, and puts what it means into `out`.
    pub(crate) fn push(&mut self, text: String, out: &mut Vec<Delta>) {
        let is_clear = self.is_certain || !text.contains(BEGINNINGS);
        if self.section == Section::Text && self.held.is_empty() && is_clear {
            if !self.is_certain {
                self.code.read(&text);
            }
            return out.extend((!text.is_empty()).then_some(Delta::Text(text)));
        }
        self.before = out.len();
        self.held.push_str(&text);
        while self.step(out) {}
        self.held.drain(..mem::take(&mut self.told));
    }

    /// The server sends thoughts apart from the text, so there are none in it.
    pub(crate) fn thinks_elsewhere(&mut self) {
        self.is_certain = true;
    }

    /// Ends the answer: held-back text is text.
    pub(crate) fn finish(&mut self, out: &mut Vec<Delta>) {
        self.before = out.len();
        let held = mem::take(&mut self.held);
        match self.section {
            // No quotation mark follows, so the tag isn't quoted.
            Section::Text if !self.is_certain && Tag::at_start(&held).is_some_and(|tag| self.ends_thought(tag)) => {
                out.push(Delta::TextWas(Was::Reasoning));
            }
            Section::Beginning | Section::Text => say(&held, self.before, out),
            Section::Thought => self.tell_thought(held, out),
            Section::BeforeText if !is_white(&held) => say(&held, self.before, out), // the beginning of a tag
            Section::BeforeThought | Section::BeforeText => {}                       // white space around a tag
        }
    }

    /// The part of the text that can't be told yet.
    fn held(&self) -> &str {
        &self.held[self.told..]
    }

    /// Goes on by one section, if what is held allows it.
    fn step(&mut self, out: &mut Vec<Delta>) -> bool {
        match self.section {
            Section::Beginning => self.begin(),
            Section::BeforeThought => self.skip_white(Section::Thought),
            Section::Thought => self.think(out),
            Section::BeforeText => self.begin_text(),
            Section::Text if self.is_certain => {
                self.tell(self.held().len(), out);
                false
            }
            Section::Text => self.answer(out),
        }
    }

    /// Does the answer begin with a thought?
    fn begin(&mut self) -> bool {
        if white_before(self.held()) > WHITE {
            self.section = Section::Text;
            return true;
        }
        self.enter(Section::Text)
    }

    /// The text begins, unless a second thought does. Some templates end a thought that is none, and then the model thinks.
    fn begin_text(&mut self) -> bool {
        self.told += white_before(self.held());
        !self.held().is_empty() && self.enter(Section::Text)
    }

    /// Goes by the tag that is held first, if there is one, or else to this section.
    fn enter(&mut self, otherwise: Section) -> bool {
        let white = white_before(self.held());
        let begun = &self.held()[white..];
        if let Some(tag) = Tag::at_start(begun) {
            self.told += white + tag.length;
            self.section = if tag.opens { Section::BeforeThought } else { Section::BeforeText };
            (self.close, self.is_certain, self.is_apart) = (tag.close(), true, self.has_thought);
        } else if is_beginning_of_tag(begun) {
            return false;
        } else {
            self.section = otherwise;
        }
        true
    }

    /// White space beside a tag belongs to neither side.
    fn skip_white(&mut self, next: Section) -> bool {
        self.told += white_before(self.held());
        if self.held().is_empty() {
            return false;
        }
        self.section = next;
        true
    }

    /// Text that may turn out to be a thought.
    fn answer(&mut self, out: &mut Vec<Delta>) -> bool {
        let tag = tag_in(self.held());
        let end = tag.map_or_else(|| without_tag(self.held()), |(at, _)| at);
        self.tell(end, out);
        let Some((_, tag)) = tag else { return false };
        let next = self.held()[tag.length..].chars().next();
        let is_quoted = match (self.code.closing_quotes(), next) {
            ([], _) => false,
            (_, None) => return false, // a quotation mark may follow
            (quotes, Some(next)) => quotes.contains(&next),
        };
        if !is_quoted && self.ends_thought(tag) {
            out.push(Delta::TextWas(Was::Reasoning));
            self.told += tag.length;
            self.section = Section::BeforeText;
            (self.is_certain, self.has_thought) = (true, true);
            return true;
        }
        if !is_quoted && !self.code.is_in() {
            self.is_certain = !tag.opens; // the other tag of this pair stands before it
            self.opened[tag.pair] = true;
        }
        self.tell(tag.length, out);
        true
    }

    /// Whether a tag that isn't quoted ends a thought that began in the prompt.
    fn ends_thought(&self, tag: Tag) -> bool {
        !tag.opens && !self.opened[tag.pair] && !self.code.is_in()
    }

    /// Passes on this much of the held text.
    fn tell(&mut self, length: usize, out: &mut Vec<Delta>) {
        let text = &self.held[self.told..self.told + length];
        if !self.is_certain {
            self.code.read(text);
        }
        say(text, self.before, out);
        self.told += length;
    }

    fn tell_thought(&mut self, thought: String, out: &mut Vec<Delta>) {
        if thought.is_empty() {
            return;
        }
        self.has_thought = true;
        let is_apart = mem::take(&mut self.is_apart);
        let thought = if is_apart { BETWEEN.to_owned() + &thought } else { thought };
        match out[self.before..].last_mut() {
            Some(Delta::Reasoning(before)) => before.push_str(&thought),
            _ => out.push(Delta::Reasoning(thought)),
        }
    }

    fn think(&mut self, out: &mut Vec<Delta>) -> bool {
        let held = self.held();
        let (thought, read, next) = match held.find(self.close) {
            Some(end) => (without_white(&held[..end]), end + self.close.len(), Section::BeforeText),
            None => (sure(held, self.close), sure(held, self.close), Section::Thought),
        };
        self.tell_thought(held[..thought].to_owned(), out);
        self.told += read;
        mem::replace(&mut self.section, next) != next
    }
}

#[derive(Clone, Copy, Debug)]
struct Tag {
    /// Whether it begins a thought.
    opens: bool,
    length: usize,
    /// Its index in [`TAGS`].
    pair: usize,
}

impl Tag {
    fn at_start(text: &str) -> Option<Self> {
        TAGS.iter().enumerate().find_map(|(pair, (open, close))| {
            let tag = |name: &str, opens| text.starts_with(name).then_some(Self { opens, length: name.len(), pair });
            tag(open, true).or_else(|| tag(close, false))
        })
    }

    /// The tag that ends the same thought.
    const fn close(self) -> &'static str {
        TAGS[self.pair].1
    }
}

/// Adds text to the last delta, if that is text of the same piece. The piece starts after `before` deltas.
fn say(text: &str, before: usize, out: &mut Vec<Delta>) {
    match out[before..].last_mut() {
        _ if text.is_empty() => {}
        Some(Delta::Text(before)) => before.push_str(text),
        _ => out.push(Delta::Text(text.to_owned())),
    }
}

/// The first tag in a text, and where it stands.
fn tag_in(text: &str) -> Option<(usize, Tag)> {
    text.match_indices(BEGINNINGS).find_map(|(at, _)| Some((at, Tag::at_start(&text[at..])?)))
}

/// Whether this may become a tag.
fn is_beginning_of_tag(text: &str) -> bool {
    TAGS.iter().any(|(open, close)| open.starts_with(text) || close.starts_with(text))
}

/// The length of the text without the start of a tag at its end.
fn without_tag(text: &str) -> usize {
    let last = text.rfind(BEGINNINGS).unwrap_or(text.len());
    if is_beginning_of_tag(&text[last..]) { last } else { text.len() }
}

/// The length of the reasoning without the start of its closing tag, and without the white space before that.
fn sure(thought: &str, close: &str) -> usize {
    let beginnings = close.char_indices().rev().map(|(length, _)| length);
    let tag = beginnings.filter(|length| thought.ends_with(&close[..*length])).max().unwrap_or_default();
    without_white(&thought[..thought.len() - tag])
}

fn is_white(text: &str) -> bool {
    white_before(text) == text.len()
}

/// The length of the leading white space, in bytes. A byte order mark counts.
fn white_before(text: &str) -> usize {
    text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len()
}

/// The length of the reasoning without trailing white space, of which at most [`WHITE`] counts.
fn without_white(thought: &str) -> usize {
    thought.trim_end().len().max(thought.floor_char_boundary(thought.len().saturating_sub(WHITE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text and the reasoning that come of these pieces.
    fn read(pieces: &[&str]) -> (String, String) {
        let (mut think, mut out) = (Think::default(), Vec::new());
        for piece in pieces {
            think.push((*piece).to_owned(), &mut out);
        }
        think.finish(&mut out);
        let (mut text, mut reasoning) = (String::new(), String::new());
        for delta in out {
            match delta {
                Delta::Text(more) => text += &more,
                Delta::Reasoning(more) => reasoning += &more,
                Delta::TextWas(Was::Reasoning) => reasoning += &mem::take(&mut text),
            }
        }
        (text, reasoning)
    }

    const ANSWERS: &[(&str, &str, &str)] = &[
        ("<think>\nWell…\n</think>\n\nYes.", "Yes.", "Well…"),
        ("\n <think>a < b </think>Yes, </think> is a tag.", "Yes, </think> is a tag.", "a < b"),
        ("<think></think>Hi", "Hi", ""),
        ("<think>never ends </thi", "", "never ends </thi"),
        ("<thin", "<thin", ""),
        ("<thing>", "<thing>", ""),
        ("To think: <think>no</think>", "To think: <think>no</think>", ""),
        ("  indented", "  indented", ""),
        ("<think>one  two</ </think> ", "", "one  two</"),
        ("Well… a < b.\n</think>\n\nYes.", "Yes.", "Well… a < b.\n"),
        ("Well…</think>Yes, </think> is a tag.", "Yes, </think> is a tag.", "Well…"),
        ("</think>\n\nHi", "Hi", ""),
        ("Well… </thi", "Well… </thi", ""),
        ("Use `<x>`.\n```\nlet a;\n```\nSo:</think>Hi", "Hi", "Use `<x>`.\n```\nlet a;\n```\nSo:"),
        ("It ends with `</think>`.", "It ends with `</think>`.", ""),
        ("It ends with “</think>”, or \"</think>\".", "It ends with “</think>”, or \"</think>\".", ""),
        ("```xml\n</think>\n```\n", "```xml\n</think>\n```\n", ""),
        ("Hm</think>\n</think>\nHi", "Hi", "Hm"),
        ("Plan:\n1. Look\n    * so it is yes.</think>Hi", "Hi", "Plan:\n1. Look\n    * so it is yes."),
        ("- Look\n\n    so it is.</think>Hi", "Hi", "- Look\n\n    so it is."),
        ("So\n    it is.</think>Hi", "Hi", "So\n    it is."),
        ("So I say \"Paris.\"</think>Paris.", "Paris.", "So I say \"Paris.\""),
        ("So I say 'Paris'</think>", "", "So I say 'Paris'"),
        ("I say \"</think>\" here.", "I say \"</think>\" here.", ""),
        ("„</think>“ and «</think>»", "„</think>“ and «</think>»", ""),
        ("The user means <thought> tags.</think>Hi", "Hi", "The user means <thought> tags."),
        ("The user means `<think>`.</think>Hi", "Hi", "The user means `<think>`."),
        ("It is \"<think>\" first.</think>Hi", "Hi", "It is \"<think>\" first."),
        ("Write <think> and </think>.", "Write <think> and </think>.", ""),
        ("<think>A</think>\n<think>B</think>C", "C", "A\n\nB"),
        ("<think>\n</think>\n<think>B</think>C", "C", "B"),
        ("<think>A</think>\n<thi", "<thi", "A"),
        ("<thinking>Hm</thinking>Hi", "Hi", "Hm"),
        ("<thinking>Hm</think>ing</thinking>Hi", "Hi", "Hm</think>ing"),
        ("Hm</thinking>\n\nHi", "Hi", "Hm"),
        ("<thought>\nHm\n</thought>Hi", "Hi", "Hm"),
        ("[THINK]Hm[/THINK]Hi", "Hi", "Hm"),
        ("A [link](x) and a [list].[/THINK]Hi", "Hi", "A [link](x) and a [list]."),
        ("◁think▷Hm ◁x▷◁/think▷Hi", "Hi", "Hm ◁x▷"),
        ("<seed:think>Hm</seed:think>Hi", "Hi", "Hm"),
        ("\u{feff}<think>Hm</think>Hi", "Hi", "Hm"),
        ("~~~\n</think>\n~~~\n", "~~~\n</think>\n~~~\n", ""),
        ("Use ``a ` </think>``.", "Use ``a ` </think>``.", ""),
        ("So:\n\n    </think>\n\nit is.", "So:\n\n    </think>\n\nit is.", ""),
        ("A lone ` mark.\n</think>\nHi", "Hi", "A lone ` mark.\n"),
        ("", "", ""),
    ];

    #[test]
    fn a_thought_at_the_beginning_is_reasoning() {
        for (answer, text, reasoning) in ANSWERS {
            assert_eq!(read(&[answer]), ((*text).into(), (*reasoning).into()), "{answer:?}");
        }
    }

    #[test]
    fn it_does_not_matter_where_the_text_was_split() {
        for (answer, ..) in ANSWERS {
            let whole = read(&[answer]);
            for split in answer.char_indices().map(|(at, _)| at) {
                let (before, after) = answer.split_at(split);
                assert_eq!(read(&[before, after]), whole, "{before:?} {after:?}");
            }
            let letters = answer.chars().map(String::from).collect::<Vec<_>>();
            assert_eq!(read(&letters.iter().map(String::as_str).collect::<Vec<_>>()), whole, "letter by letter");
        }
    }

    #[test]
    fn white_space_without_end_is_not_held_back() {
        let lines = "\n\u{2003}".repeat(WHITE);
        let (whole, kept) = (lines.len(), lines.len() - WHITE);
        for (answer, text, reasoning) in [
            (lines.clone(), whole, 0),
            (format!("{lines}<think>Hm</think>"), whole + "<think>Hm</think>".len(), 0),
            (format!("<think>Hm{lines}</think>Hi"), 2, 2 + kept),
            (format!("<think>Hm{lines}"), 0, 2 + whole),
        ] {
            let letters = answer.chars().map(String::from).collect::<Vec<_>>();
            let by_letter = read(&letters.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!((by_letter.0.len(), by_letter.1.len()), (text, reasoning), "{}", answer.trim());
            assert_eq!(read(&[&answer]), by_letter, "{}", answer.trim());
        }
        let (mut think, mut out) = (Think::default(), Vec::new());
        for letter in "<think>Hm".chars().chain("\n".repeat(9 * WHITE).chars()) {
            think.push(letter.into(), &mut out);
            assert!(think.held.len() <= WHITE + 1, "{} bytes are held", think.held.len());
        }
    }

    #[test]
    fn text_is_not_held_back_once_the_answer_has_begun() {
        let (mut think, mut out) = (Think::default(), Vec::new());
        for text in ["Hi", " <b", " <", "/b>"] {
            think.push(text.into(), &mut out);
        }
        assert_eq!(out, ["Hi", " <b", " ", "</b>"].map(|text| Delta::Text(text.into())));
    }

    #[test]
    fn where_thoughts_are_sent_apart_a_tag_is_a_word() {
        let (mut think, mut out) = (Think::default(), Vec::new());
        think.thinks_elsewhere();
        think.push("Well…</think>Hi".into(), &mut out);
        assert_eq!(out, [Delta::Text("Well…</think>Hi".into())]);
        let (mut think, mut out) = (Think::default(), Vec::new());
        think.thinks_elsewhere();
        think.push("</think>\n\nHi</think>".into(), &mut out);
        assert_eq!(out, [Delta::Text("Hi</think>".into())], "the end of what was sent apart");
    }

    #[test]
    fn a_piece_of_nothing_but_tags_is_one_delta() {
        for (begin, tag) in
            [("```\n", "</think>"), ("", "</think>"), ("Hm `", "<think>"), ("<think>", "<think></think>")]
        {
            let (mut think, mut out) = (Think::default(), Vec::new());
            think.push(format!("{begin}{}Hi", tag.repeat(9)), &mut out);
            assert!(out.len() <= 2, "{tag}: {out:?}");
            assert!(think.held.len() < 16 && think.told == 0, "{tag}");
        }
    }
}
