//! Code blocks.

use super::Renderer;
use super::escape::escape;
use crate::markdown::source::sentinels::{CUT, restore};

/// A longer name is no language's.
const LONGEST: usize = 32;

/// The part of a code block that a figure shows. The parts of one block look like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Part {
    Whole,
    First,
    Middle,
    Last,
}

impl Part {
    const fn class(self) -> &'static str {
        match self {
            Self::Whole => "code",
            Self::First => "code cut",
            Self::Middle => "code more cut",
            Self::Last => "code more",
        }
    }
}

/// A code block, or a part of one. `info` is what stands after the fence.
pub(in super::super) fn figure(part: Part, info: &str, code: &str, finished: bool, out: &mut String) {
    open_figure(part, info, finished, out);
    escape(code, out);
    out.push_str("</code></pre></figure>");
}

/// All of a code block that comes before the code.
///
/// The language of a `finished` one is also in an attribute, by which the page finds what to highlight.
fn open_figure(part: Part, info: &str, finished: bool, out: &mut String) {
    let language = info.split_whitespace().next().unwrap_or_default();
    let mut name = String::new();
    escape(
        language.char_indices().nth(LONGEST).and_then(|(end, _)| language.get(..end)).unwrap_or(language),
        &mut name,
    );
    out.push_str("<figure class=\"");
    out.push_str(part.class());
    out.push_str("\">");
    if matches!(part, Part::Whole | Part::First) {
        out.push_str("<figcaption><span>");
        out.push_str(&name);
        out.push_str(
            "</span><button type=\"button\" class=\"copy\" aria-label=\"Copy code\">Copy</button></figcaption>",
        );
    }
    out.push_str("<pre tabindex=\"0\"><code");
    if finished && !name.is_empty() {
        out.push_str(" data-lang=\"");
        out.push_str(&name);
        out.push('"');
    }
    out.push('>');
}

impl Renderer<'_> {
    /// Takes in some of the code. Behind its end it has line ends only.
    pub(super) fn code_text(&mut self, text: &str) {
        let was_over = self.is_over;
        let seen = if was_over { "" } else { self.seen(text) };
        self.text.push_str(seen);
        if self.is_over {
            self.text.extend(text.chars().skip(seen.chars().count()).filter(|c| *c == '\n'));
        }
    }

    pub(super) fn end_code(&mut self) {
        let info = self.code.take().unwrap_or_default();
        let code = std::mem::take(&mut self.text);
        let finished = !code.contains(CUT) && !info.contains(CUT);
        figure(Part::Whole, &restore(&info, true), &restore(&code, true), finished, &mut self.out);
    }
}
