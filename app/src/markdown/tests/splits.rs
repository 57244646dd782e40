//! The result is independent of the pieces and of the times of drawing.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// What Markdown is made of, good and bad.
const FRAGMENTS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "\r\n",
    "\r",
    " ",
    "  ",
    "    ",
    "\t",
    "word",
    "two words",
    "é🦀",
    "1",
    "42",
    "*",
    "**",
    "***",
    "_",
    "__",
    "~~",
    "~",
    "`",
    "``",
    "```",
    "```rust\n",
    "\n```\n",
    "~~~\n",
    "````",
    "\\",
    "\\\\",
    "[",
    "]",
    "(",
    ")",
    "](",
    "[a]",
    "[a](https://a.b)",
    "![i](http://c.d/e \"t\")",
    "[x][a]",
    "[b]: https://b.c 'd'\n",
    "\n\n[a]: <https://a.b>\n",
    "[a]:",
    "[c]: http://x\n\"multi\n",
    "title\"",
    "<",
    ">",
    "<b>",
    "</div>",
    "<div>\n",
    "<!--",
    "-->",
    "<https://u.v>",
    "https://e.f/g_h(i).",
    "&amp;",
    "&",
    "&#106;",
    "!",
    "#",
    "# h\n",
    "## ",
    "- ",
    "\n- ",
    "* ",
    "+ ",
    "\n1. ",
    "2) ",
    "\n  - ",
    "\n    - ",
    "   ",
    "> ",
    "\n> ",
    ">",
    "---",
    "\n---\n",
    "===",
    "\n===\n",
    "***\n",
    "|",
    "| a | b |",
    "\n| a | b |\n|---|:-:|\n",
    "|-|-|\n",
    "| c | d |\n",
    "- [ ] ",
    "- [x] ",
    "[^1]",
    "[^1]: note\n",
    "\n\n[^n]: note\n",
    "[^n]",
    "$",
    "$$",
    "$x$",
    "$5",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "\n\\[\n",
    "\n\\]\n",
    "\n$$\n",
    "{",
    "}",
    "=\n",
    "\0",
    "\u{FDD1}",
    "\u{FDD6}",
    ":",
    "!",
];

/// A text of such pieces.
fn text() -> impl Strategy<Value = String> {
    vec(select(FRAGMENTS), 0..60).prop_map(|fragments| fragments.concat())
}

/// The places to cut, and whether to draw there.
fn cuts() -> impl Strategy<Value = Vec<(usize, bool)>> {
    vec((1_usize..30, any::<bool>()), 1..40)
}

fn streamed(text: &str, cuts: &[(usize, bool)]) -> Page {
    let mut document = Document::new("t-");
    let mut page = Page::default();
    let mut rest = text;
    for (len, draw) in cuts.iter().cycle() {
        let end = rest.char_indices().nth(*len).map_or(rest.len(), |(at, _)| at);
        document.push(&rest[..end]);
        if *draw {
            page.apply(document.render(0));
            check(&page.frozen);
            check(&page.tail);
        }
        rest = &rest[end..];
        if rest.is_empty() {
            break;
        }
    }
    document.finish();
    page.apply(document.render(0));
    page
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_streamed_in_any_pieces_is_what_is_parsed_as_a_whole(text in text(), cuts in cuts()) {
        let page = streamed(&text, &cuts);
        prop_assert_eq!(page.frozen, whole(&text));
    }

    #[test]
    fn no_text_brings_anything_but_what_may_be_there(text in any::<String>(), cuts in cuts()) {
        let page = streamed(&text, &cuts);
        prop_assert_eq!(page.frozen, whole(&text));
    }
}
