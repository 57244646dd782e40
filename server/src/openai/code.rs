//! Where code and quotations stand in Markdown that is still coming in, as far as that is simple to say.

/// The indentation that makes a line code, in columns.
const INDENT: usize = 4;

/// Text in, and whether its end stands in code or right after a quotation mark.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Code {
    place: Place,
    /// The backticks or tildes that the text ends with.
    run: Run,
    /// Whether there is something in the line so far.
    has_line: bool,
    /// How far the line is indented.
    indent: usize,
    is_quoted: bool,
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
    /// Between runs of so many backticks.
    Inline(usize),
    /// After a fence of at least so many of these.
    Block(char, usize),
}

impl Code {
    pub(super) fn read(&mut self, text: &str) {
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
                '\n' => (self.has_line, self.indent) = (false, 0),
                '\t' if !self.has_line => self.indent += INDENT,
                _ if !self.has_line && c.is_whitespace() => self.indent += 1,
                _ => self.has_line = self.has_line || !c.is_whitespace(),
            }
            self.is_quoted = matches!(c, '"' | '\'' | '“' | '‘' | '«' | '„' | '「');
        }
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
        (self.run.length, self.has_line, self.is_quoted) = (0, true, false);
    }

    pub(super) fn is_in(&self) -> bool {
        let mut after = *self;
        after.end_run();
        let is_code = match after.place {
            Place::Text => after.indent >= INDENT,
            Place::Inline(_) => after.has_line, // what begins a line is more likely the end of a thought with a lone backtick
            Place::Block(..) => true,
        };
        is_code || after.is_quoted
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
            ("say “", true),
            ("it’s ", false),
        ] {
            let mut code = Code::default();
            text.split_inclusive(|_: char| true).for_each(|letter| code.read(letter));
            assert_eq!(code.is_in(), is_in, "{text:?}");
        }
    }
}
