//! The cost in parsed bytes, which is the same on every machine.

use super::*;

/// How many bytes are parsed when `text` comes in pieces of `size` and is drawn after each, one figure for each quarter.
fn parsed(text: &str, size: usize) -> [usize; 4] {
    let mut document = Document::new("t-");
    let mut quarters = [0; 4];
    let mut start = 0;
    while start < text.len() {
        let mut end = (start + size).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        document.push(&text[start..end]);
        let before = document.parsed();
        document.render(0);
        quarters[start * 4 / text.len()] += document.parsed() - before;
        start = end;
    }
    let before = document.parsed();
    document.finish();
    document.render(0);
    quarters[3] += document.parsed() - before;
    quarters
}

fn essay(len: usize) -> String {
    let section = "## A heading\n\nA paragraph with **bold**, `code` and a [link](https://a.b) that goes on for a while, \
        as paragraphs do, and then ends.\n\n- one\n- two\n- three\n\n```rust\nfn main() {\n    println!(\"Hello\");\n}\n```\n\n\
        | a | b |\n|---|---|\n| 1 | 2 |\n\n$$\nx = 1\n$$\n\n";
    section.repeat(len / section.len() + 1)
}

#[test]
fn an_answer_costs_the_same_at_its_end_as_at_its_start() {
    let quarters = parsed(&essay(200_000), 24);
    let (least, most) = (quarters.iter().min().unwrap(), quarters.iter().max().unwrap());
    assert!(most * 10 <= least * 12, "{quarters:?}");
    assert!(quarters.iter().sum::<usize>() < 10 * 200_000, "{quarters:?}");
}

#[test]
fn an_open_code_block_is_parsed_once() {
    let code = format!("```rust\n{}```\n", "let a = 1;\n".repeat(20_000));
    assert!(parsed(&code, 24).iter().sum::<usize>() <= 2 * code.len());
}

#[test]
fn one_big_block_is_not_parsed_again_and_again() {
    let pieces =
        ["- an item\n", "word ", "> quote\n", "| a | b |\n|---|---|\n", "<!--\n", "[a]: b\n", "1. a\n\n   b\n\n"];
    for piece in pieces {
        let text = piece.repeat(40_000 / piece.len());
        let all: usize = parsed(&text, 480).iter().sum();
        // While it is smaller than [`EAGER`], twice for every piece; then it has to grow by a part each time.
        let bound = 2 * EAGER * (EAGER / 480 + 1) + 2 * 35 * text.len();
        assert!(all < bound, "{piece:?}: {all} of {bound}");
    }
}

#[test]
fn a_big_block_that_grows_slowly_is_seen_to_grow() {
    let mut document = Document::new("t-");
    document.push(&"- an item\n".repeat(1200));
    document.render(1000);
    assert!(!document.is_behind());
    document.push("- one more\n");
    assert_eq!(document.render(1199), Patch::default());
    assert!(document.is_behind());
    assert!(matches!(document.render(1200).tail, Tail::Html(html) if html.contains("one more")));
    assert!(!document.is_behind());
}

#[test]
fn what_a_big_block_costs_in_a_second_has_a_limit() {
    for kib in [7, 9, 15, 32, 64, 1024] {
        let mut document = Document::new("t-");
        document.push(&"word ".repeat(kib * 1024 / 5));
        document.render(0);
        let before = document.parsed();
        for now_ms in (0..1000).step_by(16) {
            document.push("x\n");
            document.render(now_ms);
        }
        let parsed = document.parsed() - before;
        assert!(parsed <= 2 * 5 * 128 * 1024, "{kib} KiB: {parsed}");
    }
}

#[test]
fn definitions_that_change_everything_are_not_obeyed_every_time() {
    let uses = (0..600).map(|n| format!("[a{n}] [^{n}]\n\n"));
    let definitions = (0..600).map(|n| format!("[a{n}]: https://b.c\n\n[^{n}]: d\n\n"));
    let text = uses.chain(definitions).collect::<Vec<_>>().concat();
    let all: usize = parsed(&text, 24).iter().sum();
    // Eight rewrites, the last, and each piece with the definitions that are kept.
    assert!(all < 12 * text.len() + 2 * 5000 * (text.len() / 24 + 1), "{all} of {}", text.len());
    let (_, page) = stream([text.as_str()]);
    assert_eq!(page.frozen, whole(&text));
}

#[test]
fn a_giant_block_costs_a_few_times_its_length_and_is_all_there() {
    for piece in ["- an item\n", "1. a\n\n   b\n\n", "> quote\n", "a line\n", "word ", "é", "| a | b |\n", "* * a\n"] {
        let table = if piece.starts_with('|') { "| x | y |\n|---|---|\n" } else { "" };
        let text = [table, &piece.repeat(1024 * 1024 / piece.len())].concat();
        let mut document = Document::new("t-");
        let (mut frozen, mut longest) = (String::new(), 0);
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (next, more) = rest.split_at(rest.floor_char_boundary(32 * 1024));
            document.push(next);
            document.expect_more(!more.is_empty());
            let before = document.parsed();
            frozen += &document.render(0).frozen;
            longest = longest.max(document.parsed() - before);
            rest = more;
        }
        document.finish();
        frozen += &document.render(0).frozen;
        assert!(document.parsed() < 16 * text.len() && longest < 512 * 1024, "{piece:?}: {longest}");
        let count = |text: &str| {
            text.matches(piece.trim_matches(['-', '1', '.', '>', '|', '*', ' ', '\n']).chars().next().unwrap()).count()
        };
        assert!(count(&frozen) >= count(&text), "{piece:?}");
    }
}
