//! The text that opens the same blocks again after a cut inside them: a code block with the lists and quotes around it, or
//! lists alone, whose text would be code without them.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use crate::markdown::{
    parse::OPTIONS,
    source::{
        depth,
        line::{fence, is_blank, line_at, line_start, marker},
    },
};

/// The longest fence that is written again, in bytes, and the longest info string.
const LONGEST: usize = 64;

/// At the top level, text that is indented by so many columns is code.
const CODE: usize = 4;

/// The indentation of a footnote's text.
const FOOTNOTE: usize = 4;

/// A block that a code block stands in.
#[derive(Clone, Copy)]
enum Container {
    Quote,
    Item,
    Footnote,
}

/// The text that must stand before the line `next`, which follows `part`, so that its lines mean what they meant.
/// The last line of `part` must be no fence.
pub(crate) fn reopen(part: &str, next: &str) -> String {
    let part = depth::limit(part);
    let open = Open::at_end_of(&part);
    let mut lines = Lines::default();
    for (container, start) in open.containers {
        lines.enter(container, &part, start);
    }
    match open.code {
        Some(code) => lines.with_code(&part, code + blanks(&part, code)).unwrap_or_default(),
        None if !lines.head.is_empty() && column(next, blanks(next, 0)) >= CODE => {
            [lines.head.trim_end(), "\n"].concat()
        }
        None => String::new(),
    }
}

/// The fence of a code block, and what it says of the code.
fn opener(line: &str) -> Option<&str> {
    let fence = fence(line).filter(|fence| fence.len <= LONGEST)?;
    line.get(..line.floor_char_boundary(fence.len + LONGEST))
}

/// The blocks that are open at the end of a text, each with the place where it starts.
struct Open {
    containers: Vec<(Container, usize)>,
    code: Option<usize>,
}

impl Open {
    fn at_end_of(text: &str) -> Self {
        let last = line_start(text, text.trim_end_matches(['\n', ' ', '\t', '>']).len());
        let (mut containers, mut code) = (Vec::new(), None);
        let starts = Parser::new_ext(text, OPTIONS).into_offset_iter().filter(|(_, range)| range.end > last);
        for (event, range) in starts {
            match event {
                Event::Start(Tag::BlockQuote(_)) => containers.push((Container::Quote, range.start)),
                Event::Start(Tag::Item) => containers.push((Container::Item, range.start)),
                Event::Start(Tag::FootnoteDefinition(_)) => containers.push((Container::Footnote, range.start)),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => code = Some(range.start),
                _ => {}
            }
        }
        Self { containers, code }
    }
}

/// The line that opens all of it, and what each line of the code begins with.
#[derive(Default)]
struct Lines {
    head: String,
    indent: String,
    /// At which column the content of the innermost container stands.
    column: usize,
}

impl Lines {
    /// All that has to be written for the code block that starts at `code` to go on after `part`.
    fn with_code(&self, part: &str, code: usize) -> Option<String> {
        let fence = opener(line_at(part, code))?;
        let rest_of_line = if part.ends_with('\n') { "" } else { &self.indent };
        Some([&self.head, fence, "\n", rest_of_line].concat())
    }

    fn enter(&mut self, container: Container, text: &str, start: usize) {
        let start = start + blanks(text, start);
        let rest = text.get(start..).unwrap_or_default();
        match container {
            Container::Quote => {
                self.head.push_str("> ");
                self.indent.push_str("> ");
                self.column = column(text, start + 1) + usize::from(rest.starts_with("> "));
            }
            Container::Item => {
                let content = content(text, start + marker(rest.as_bytes()));
                self.enter_item(content.saturating_sub(self.column));
                self.column = content;
            }
            Container::Footnote => {
                self.enter_item(FOOTNOTE);
                self.column += FOOTNOTE;
            }
        }
    }

    /// An item whose content is indented by so much, or, since a marker takes five columns at most, several in each other.
    fn enter_item(&mut self, width: usize) {
        let mut rest = width.max(2);
        self.indent.push_str(&" ".repeat(rest));
        while rest > 5 {
            self.head.push_str("+   ");
            rest -= 4;
        }
        self.head.push('+'); // three `-` would be a rule
        self.head.push_str(&" ".repeat(rest - 1));
    }
}

/// At which column the content of an item stands, whose marker ends at `end`.
fn content(text: &str, end: usize) -> usize {
    let line = line_at(text, end);
    let after = blanks(line, 0);
    let width = column(text, end + after) - column(text, end);
    let is_empty = is_blank(line);
    column(text, end) + if is_empty || width > 4 { 1 } else { width }
}

/// The number of columns before `at` on its line. A tab goes to the next multiple of four.
fn column(text: &str, at: usize) -> usize {
    let before = text.get(line_start(text, at)..at).unwrap_or_default();
    before.chars().fold(0, |column, c| if c == '\t' { column / 4 * 4 + 4 } else { column + 1 })
}

fn blanks(text: &str, at: usize) -> usize {
    text.bytes().skip(at).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_block_goes_on_in_the_lists_and_quotes_that_it_stood_in() {
        for (part, head) in [
            ("- a\n\n  ```rust\n  x\n", "+ ```rust\n"),
            ("- ```rust\n  x\n", "+ ```rust\n"),
            ("1. a\n   ~~~~ js\n   x\n", "+  ~~~~ js\n"),
            ("- a\n  - b\n    ```\n    x\n", "+ + ```\n"),
            ("10. a\n\n    - b\n\n      ```\n      x\n", "+   + ```\n"),
            ("- a\n\n    ```\n    x\n", "+ ```\n"),
            ("1234567. a\n\n         ```\n         x\n", "+   +    ```\n"),
            ("> ```\n> x\n", "> ```\n"),
            (">```\n>x\n", "> ```\n"),
            ("> - a\n>   ```\n>   x\n", "> + ```\n"),
            ("- > ```\n  > x\n", "+ > ```\n"),
            ("[^1]: a\n\n    ```\n    x\n", "+   ```\n"),
            ("-\ta\n\n\t```\n\tx\n", "+   ```\n"),
            ("- ```\n  a word", "+ ```\n  "),
            ("> - ```\n>   a word", "> + ```\n>   "),
            ("- ```\n  x\n\n\n", "+ ```\n"),
            ("- ```\n  x\n  ```\n  after\n", ""),
            ("- ```\n  x\n\nafter\n", ""),
            ("> ```\n> x\n\nafter\n", ""),
            ("- a\n- b\n", ""),
            ("", ""),
        ] {
            assert_eq!(reopen(part, "x"), head, "{part:?}");
        }
    }

    #[test]
    fn what_is_indented_stays_in_its_list() {
        for (part, next, head) in [
            ("- a\n  - b\n", "    more", "+ +\n"),
            ("- a\n  - b\n", "  - c", ""),
            ("10. a\n", "    more", "+\n"),
            ("a\n\n", "    code", ""),
            ("- a\n\nb\n\n", "    code", ""),
        ] {
            assert_eq!(reopen(part, next), head, "{part:?} {next:?}");
        }
    }

    #[test]
    fn nothing_long_is_repeated() {
        assert_eq!(reopen(&["- ", &"`".repeat(10_000), "\n  x\n"].concat(), "  x"), "");
        let long = ["- ```", &"é".repeat(10_000), "\n  x\n"].concat();
        assert!(reopen(&long, "  x").len() < 2 + 3 + LONGEST + 2);
        assert!(reopen(&["> ".repeat(10_000), "```\n".into()].concat(), "x").len() < 200);
    }
}
