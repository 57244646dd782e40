//! Blocks that are too large to be parsed, or laid out, as one.

use super::*;
use crate::markdown::split::seam::{GIANT, PART};

/// The code of all code blocks, as the page shows it.
fn code_in(html: &str) -> String {
    let parts = html.split("<code").skip(1).filter_map(|rest| Some(rest.split_once('>')?.1.split_once("</code>")?.0));
    parts.collect::<String>().replace("&lt;", "<").replace("&amp;", "&")
}

/// Without what a cut may add or take: a line that is cut ends there.
fn squeezed(code: &str) -> String {
    code.replace([' ', '\n'], "")
}

/// The page after `text`, drawn after each piece; the most that was in the tail, and the most that became final at once.
fn grown(text: &str, piece: usize) -> (Page, usize, usize) {
    let mut document = Document::new("t-");
    let (mut page, mut tail, mut at_once) = (Page::default(), 0, 0);
    let mut rest = text;
    while !rest.is_empty() {
        let (next, more) = rest.split_at(rest.floor_char_boundary(piece.max(4)));
        document.push(next);
        let patch = document.render(0);
        at_once = at_once.max(patch.frozen.len());
        page.apply(patch);
        tail = tail.max(page.tail.len());
        rest = more;
    }
    document.finish();
    let patch = document.render(0);
    at_once = at_once.max(patch.frozen.len());
    page.apply(patch);
    assert_eq!(page.tail, "");
    check(&page.frozen);
    (page, tail, at_once)
}

/// Code of 160 KiB.
fn code(line: &str) -> String {
    line.repeat(10 * PART / line.len())
}

#[test]
fn a_giant_code_block_becomes_final_part_by_part_and_none_is_parsed() {
    let code = code("let a = b < c && d;\n");
    for end in ["```\n", "```\n\nAfter **it**.\n", "```", ""] {
        let text = ["Before.\n\n```rust\n", &code, end].concat();
        let (page, tail, at_once) = grown(&text, 8 * 1024);
        assert_eq!(code_in(&page.frozen), code);
        assert_eq!(page.frozen.contains("<strong>"), end.contains("**"));
        assert!(page.frozen.matches("<figcaption>").count() == 1 && page.frozen.matches("class=\"copy\"").count() == 1);
        assert!(tail < 3 * GIANT && at_once < 3 * GIANT, "{tail} in the tail, {at_once} at once");
        let mut document = Document::new("t-");
        document.push(&text);
        document.render(0);
        document.finish();
        document.render(0);
        assert!(document.parsed() < 3 * GIANT, "{}", document.parsed());
    }
}

#[test]
fn a_giant_code_block_is_the_same_in_whatever_pieces_it_comes() {
    let lines = ["a line of code\n", "\n", "``\n", "  indented\n", "\tx\n", "word ", "é", "~~~\n", "- ```\n"];
    for (line, fence) in lines.into_iter().zip(["```", "````rs", " ```", "~~~~"].into_iter().cycle()) {
        let closing = fence.trim().trim_end_matches("rs");
        for end in [[closing, "\n\nAfter.\n"].concat(), ["\n", closing].concat(), String::new()] {
            let text = ["One.\n\n", fence, "\n", &code(line), &end].concat();
            let expected = whole(&text);
            for piece in [GIANT * 3, 32 * 1024, 5000] {
                let (page, ..) = grown(&text, piece);
                assert!(page.frozen == expected, "{line:?} {fence:?} {end:?} in pieces of {piece}");
            }
            assert!(squeezed(&code_in(&expected)).starts_with(&squeezed(&code(line))), "{line:?} {fence:?}");
        }
    }
}

#[test]
fn a_giant_code_block_ends_the_wait_for_definitions_before_it() {
    let code = code("let a = b < c && d;\n");
    let text = ["See [text][1].\n\n```rust\n", &code, "```\n\nAfter [it][2].\n"].concat();
    let mut document = Document::new("t-");
    let mut page = Page::default();
    for piece in text.as_bytes().chunks(5000) {
        document.push(str::from_utf8(piece).unwrap());
        page.apply(document.render(0));
        check(&(page.frozen.clone() + &page.tail));
        let (is_awaited, len) = (page.frozen.starts_with("<p>See text.</p>"), code_in(&page.frozen).len());
        assert!(is_awaited == (len < 64 * 1024) || page.frozen.is_empty(), "{len} bytes of code");
        assert!(code.starts_with(&code_in(&page.frozen)));
    }
    document.finish();
    page.apply(document.render(0));
    assert_eq!(page.rewrites, 1);
    assert_eq!(code_in(&page.frozen), code);
    assert!(page.frozen == whole(&text) && page.frozen.ends_with("<p>After [it][2].</p>"));
}

#[test]
fn a_code_block_that_is_not_giant_is_one_figure() {
    let code = "let a = 1;\n".repeat(GIANT / 11);
    let (page, ..) = grown(&["```rust\n", &code, "```\n"].concat(), 1000);
    assert!(page.frozen.starts_with("<figure class=\"code\">") && page.frozen.contains("data-lang=\"rust\""));
    assert_eq!((code_in(&page.frozen), page.frozen.matches("<figure").count()), (code, 1));
}

#[test]
fn a_giant_code_block_in_a_list_or_a_quote_swallows_nothing_after_it() {
    for (open, indent) in [
        ("- x\n\n  ```js\n", "  "),
        ("- ```\n", "  "),
        ("1. x\n   ~~~\n", "   "),
        ("- x\n  - y\n    ```\n", "    "),
        ("> ```\n", "> "),
        ("> - x\n>   ```\n", ">   "),
        ("- > ```\n", "  > "),
        ("[^1]: x\n\n    ```\n", "    "),
    ] {
        let fence = open.trim_end().rsplit([' ', '\n']).next().unwrap().trim_end_matches("js");
        for line in ["code\n", "- code\n\n", "code word "] {
            let code: String = code(line);
            let inside: String = code.split_inclusive('\n').map(|line| [indent, line].concat()).collect();
            let inside = if inside.ends_with('\n') { inside } else { inside + "\n" };
            let text = [open, &inside, indent, fence, "\n\nAfter **it**.\n"].concat();
            let (page, ..) = grown(&text, 32 * 1024);
            let end = page.frozen.rfind("</figure>").unwrap();
            assert!(page.frozen[end..].contains("<p>After <strong>it</strong>.</p>"), "{open:?} {line:?}");
            assert!(squeezed(&code_in(&page.frozen)) == squeezed(&code), "{open:?} {line:?}");
        }
    }
}

#[test]
fn what_stands_deep_in_a_list_is_no_code_after_a_cut() {
    for item in ["- a\n\n  - b\n", "1. a\n\n   1. b\n", "10. a\n", "- a\n\n  - b\n\n    - c\n\n      10. d\n"] {
        let last = item.trim_end().rsplit('\n').next().unwrap();
        let indent = " ".repeat(last.len() - 1);
        let text = [item, "\n", &[&indent, "words, words\n\n"].concat().repeat(2 * GIANT / 20)].concat();
        let (page, ..) = grown(&text, 32 * 1024);
        assert!(!page.frozen.contains("<code"), "{item:?}");
        assert!(page.frozen == whole(&text));
    }
}

#[test]
fn a_line_without_an_end_is_cut_wherever_it_comes() {
    let text = ["A line.\n", &"word ".repeat(2 * GIANT)].concat();
    let (page, tail, _) = grown(&text, 8 * 1024);
    assert!(tail < 2 * GIANT, "{tail}");
    assert_eq!(page.frozen.matches("word").count(), 2 * GIANT);
}

#[test]
fn a_table_whose_head_leaves_no_room_for_rows_comes_to_an_end() {
    for columns in [2, 600, 3000, 20_000] {
        let head = ["|", &"a|".repeat(columns), "\n|", &"-|".repeat(columns), "\n"].concat();
        for row in ["| 1 | 2 |\n".repeat(2 * GIANT / 10), ["|", &"x".repeat(2 * GIANT)].concat()] {
            let (page, ..) = grown(&[head.as_str(), &row].concat(), 32 * 1024);
            assert!(page.frozen.len() > GIANT, "{columns}");
        }
    }
}

#[test]
fn what_is_parsed_at_once_is_never_more_than_a_giant_block() {
    let text =
        ["A paragraph.\n\n", &"- an item\n".repeat(GIANT / 4), "\n```\n", &code("x\n"), "```\n\nEnd.\n"].concat();
    let mut document = Document::new("t-");
    document.push(&text);
    document.finish();
    let patch = document.render(0);
    assert!(patch.frozen.ends_with("<p>End.</p>") && patch.frozen.matches("<figure").count() > 5);
    assert!(document.parsed() < 8 * text.len(), "{}", document.parsed());
    let (page, ..) = grown(&text, PART);
    assert!(page.frozen == whole(&text));
}
