//! Where code and quotations stand in Markdown that is still coming in, as far as that is simple to say.

/// Text in, and whether its end stands in code or right after a quotation mark.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Code {
    place: Place,
    /// How many backticks the text ends with.
    ticks: usize,
    /// Whether these begin a line.
    begins_line: bool,
    /// Whether there is something in the line so far.
    has_line: bool,
    is_quoted: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Text,
    Inline,
    Block,
}

impl Code {
    pub(super) fn read(&mut self, text: &str) {
        for c in text.chars() {
            if c == '`' {
                self.begins_line = if self.ticks == 0 { !self.has_line } else { self.begins_line };
                self.ticks += 1;
                continue;
            }
            self.end_ticks();
            if c == '\n' && !self.has_line && self.place == Place::Inline {
                self.place = Place::Text; // it ends with its paragraph
            }
            self.has_line = c != '\n' && (self.has_line || !c.is_whitespace());
            self.is_quoted = matches!(c, '"' | '\'' | '“' | '‘' | '«' | '„' | '「');
        }
    }

    fn end_ticks(&mut self) {
        if self.ticks == 0 {
            return;
        }
        self.place = match self.place {
            Place::Text if self.ticks > 2 && self.begins_line => Place::Block,
            Place::Text => Place::Inline,
            Place::Block if self.ticks < 3 || !self.begins_line => Place::Block,
            Place::Inline | Place::Block => Place::Text,
        };
        (self.ticks, self.has_line) = (0, true);
    }

    pub(super) fn is_in(&self) -> bool {
        let mut after = *self;
        after.end_ticks();
        after.place != Place::Text || (self.is_quoted && self.ticks == 0)
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
            ("a `code\n\nnext ", false),
            ("```\nlet a = `b`;\n", true),
            ("```\nlet a;\n```\n", false),
            ("```\nlet a;\n```", false),
            ("say “", true),
            ("it’s ", false),
        ] {
            let mut code = Code::default();
            text.split_inclusive(|_: char| true).for_each(|letter| code.read(letter));
            assert_eq!(code.is_in(), is_in, "{text:?}");
        }
    }
}
