//! Tracks code and quotations in Markdown that is still arriving, as far as that is simple.

/// The indentation that makes a line code, in columns.
const INDENT: usize = 4;

/// The quotation marks that a quotation may begin with, and those that then end it.
const QUOTES: [(char, &[char]); 7] = [
    ('"', &['"']),
    ('\'', &['\'']),
    ('“', &['”', '“']),
    ('‘', &['’', '‘']),
    ('«', &['»']),
    ('„', &['“', '”']),
    ('「', &['」']),
];

/// Text in, and whether its end stands in code or right after a quotation mark.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Code {
    place: Place,
    /// The backticks or tildes that the text ends with.
    run: Run,
    /// Whether there is something in the line so far.
    has_line: bool,
    /// The indentation of the line.
    indent: usize,
    /// The beginning of the line, as far as it tells a list.
    start: Start,
    /// Whether a list is open: an indented line then belongs to it.
    is_list: bool,
    /// Whether code may stand in this line by its indentation: no paragraph goes on in it.
    is_apart: Apart,
    /// The last character, if it may begin a quotation.
    quote: Option<char>,
}

/// Whether a blank line stands before this one, or code that is indented. The text begins as after a blank line.
#[derive(Clone, Copy, Debug)]
struct Apart(bool);

impl Default for Apart {
    fn default() -> Self {
        Self(true)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Start {
    #[default]
    Blank,
    /// `-`, `*` or `+`, or a number with its point: a list's item, if white space follows.
    Marker,
    Number,
    Known,
}

#[derive(Clone, Copy, Debug, Default)]
struct Run {
    mark: char,
    length: usize,
    begins_line: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Text,
    /// Between runs of this many backticks.
    Inline(usize),
    /// After a fence of at least this many of this character.
    Block(char, usize),
}

impl Code {
    pub(crate) fn read(&mut self, text: &str) {
        for c in text.chars() {
            if self.run.length > 0 && c != self.run.mark {
                self.end_run();
            }
            if matches!(c, '`' | '~') {
                if self.run.length == 0 {
                    self.run = Run { mark: c, length: 0, begins_line: !self.has_line };
                }
                self.run.length += 1;
                continue;
            }
            if c == '\n' && !self.has_line && matches!(self.place, Place::Inline(_)) {
                self.place = Place::Text; // it ends with its paragraph
            }
            match c {
                '\n' => self.end_line(),
                '\t' if !self.has_line => self.indent += INDENT,
                _ if !self.has_line && c.is_whitespace() => self.indent += 1,
                _ => self.has_line = self.has_line || !c.is_whitespace(),
            }
            if c != '\n' {
                self.begin_line(c);
            }
            self.quote = QUOTES.iter().any(|(quote, _)| *quote == c).then_some(c);
        }
    }

    /// Whether the line so far stands in code because of its indentation, if it does in none by a mark.
    const fn is_indented(&self) -> bool {
        self.indent >= INDENT && self.is_apart.0 && !self.is_list
    }

    fn end_line(&mut self) {
        self.is_apart = Apart(!self.has_line || self.is_indented());
        (self.has_line, self.indent, self.start) = (false, 0, Start::Blank);
    }

    /// Looks whether the line is a list's item, or ends a list.
    fn begin_line(&mut self, c: char) {
        self.start = match (self.start, c) {
            (Start::Known, _) => return,
            (Start::Blank, _) if c.is_whitespace() => Start::Blank,
            (Start::Blank, '-' | '*' | '+') | (Start::Number, '.' | ')') => Start::Marker,
            (Start::Blank | Start::Number, '0'..='9') => Start::Number,
            (Start::Marker, _) if c.is_whitespace() => {
                self.is_list |= !self.is_indented();
                Start::Known
            }
            _ => {
                self.end_list();
                Start::Known
            }
        };
    }

    /// A line that is no item ends the list, if it begins a paragraph and isn't indented.
    fn end_list(&mut self) {
        self.is_list &= self.indent > 0 || !self.is_apart.0;
    }

    fn end_run(&mut self) {
        let Run { mark, length, begins_line } = self.run;
        if length == 0 {
            return;
        }
        let is_fence = begins_line && length > 2 && self.indent < INDENT;
        self.place = match self.place {
            Place::Text if is_fence => Place::Block(mark, length),
            Place::Text if mark == '`' => Place::Inline(length),
            Place::Inline(open) if mark == '`' && length == open => Place::Text,
            Place::Block(open, least) if is_fence && mark == open && length >= least => Place::Text,
            place => place,
        };
        if self.start != Start::Known {
            self.end_list();
        }
        (self.run.length, self.has_line, self.quote, self.start) = (0, true, None, Start::Known);
    }

    /// The marks that would end a quotation which begins where the text ends.
    pub(crate) fn closing_quotes(&self) -> &'static [char] {
        let quote = self.quote.filter(|_| self.run.length == 0);
        QUOTES.iter().find(|(begin, _)| Some(*begin) == quote).map_or(&[], |(_, ends)| ends)
    }

    pub(crate) fn is_in(&self) -> bool {
        let mut after = *self;
        after.end_run();
        match after.place {
            Place::Text => after.is_indented(),
            Place::Inline(_) => after.has_line, // what begins a line is more likely the end of a thought with a lone backtick
            Place::Block(..) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_text_wherever_it_was_split() {
        for (text, is_in) in [
            ("", false),
            ("text ", false),
            ("a `code ", true),
            ("a `code` ", false),
            ("a `", true),
            ("a `code`", false),
            ("a ``code ` ", true),
            ("a ``code ` `` ", false),
            ("a `code\n\nnext ", false),
            ("a lone ` here\n", false),
            ("```\nlet a = `b`;\n", true),
            ("```\nlet a;\n```\n", false),
            ("```\nlet a;\n```", false),
            ("````\n```\nlet a;\n", true),
            ("~~~\nlet a;\n", true),
            ("~~~\n```\n", true),
            ("~~~\nlet a;\n~~~\n", false),
            ("a ~~~ b ", false),
            ("text:\n\n    let a;", true),
            ("text:\n\n\tlet a;", true),
            ("text:\n\n    let a;\nnext ", false),
            ("    let a;", true),
            ("text\n    more ", false),
            ("text\n\n    let a;\n    let b;", true),
            ("text\n\n    let a;\n\n    let b;", true),
            ("- item\n\n    more ", false),
            ("12. item\n    * more ", false),
            ("- item\n\ntext\n\n    let a;", true),
            ("1.5 is no item\n\n    let a;", true),
            ("say “", false),
        ] {
            let mut code = Code::default();
            text.split_inclusive(|_: char| true).for_each(|letter| code.read(letter));
            assert_eq!(code.is_in(), is_in, "{text:?}");
        }
    }
}
