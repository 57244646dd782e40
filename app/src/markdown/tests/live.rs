//! The page of a text that is cut off.

use super::*;

fn paragraph(html: &str) -> String {
    if html.is_empty() { String::new() } else { format!("<p>{html}</p>") }
}

#[test]
fn half_a_construct_shows_no_sign_of_it() {
    for (text, html) in [
        ("a **bo", "a <strong>bo</strong>"),
        ("a **", "a"),
        ("a **bold*", "a <strong>bold</strong>"),
        ("a *it", "a <em>it</em>"),
        ("a _it", "a <em>it</em>"),
        ("snake_case_", "snake_case"),
        ("a ~~no", "a <del>no</del>"),
        ("a `co", "a <code>co</code>"),
        ("a `", "a"),
        ("a ``co`", "a <code>co</code>"),
        ("**a `b", "<strong>a <code>b</code></strong>"),
        ("**a *b", "<strong>a <em>b</em></strong>"),
        ("***a", "<em><strong>a</strong></em>"),
        ("a **b** c", "a <strong>b</strong> c"),
        ("2 * 3", "2 * 3"),
        ("a [te", "a"),
        ("a [text]", "a"),
        ("a [1] b", "a [1] b"),
        ("a [text](htt", "a text"),
        ("a [text](https://b.c \"ti", "a text"),
        ("a [text][re", "a"),
        ("a **[te", "a"),
        ("a **[te](", "a <strong>te</strong>"),
        ("a ![al", "a"),
        ("a !", "a"),
        ("a ![alt](https://b", "a alt"),
        ("a <https://b", "a"),
        ("a &am", "a"),
        ("a \\", "a"),
        ("a https://b.c/d", "a https://b.c/d"),
        ("a[^", "a"),
        ("a[^1", "a"),
        ("line\n**bo", "line\n<strong>bo</strong>"),
        ("> **bo", ""),
    ] {
        if !html.is_empty() {
            assert_eq!(live(text), paragraph(html), "{text:?}");
        }
    }
    assert_eq!(live("> **bo"), "<blockquote><p><strong>bo</strong></p></blockquote>");
    assert_eq!(live("# He **bo"), "<h1>He <strong>bo</strong></h1>");
    assert_eq!(live("- a\n- **b"), "<ul><li>a</li><li><strong>b</strong></li></ul>");
}

#[test]
fn half_a_line_start_is_held_back() {
    for start in [
        "-", "- ", "*", "+", "1", "1.", "1. ", "12)", "#", "##", "## ", ">", "> ", "`", "``", "```", "~~~", "=", "===",
        "---", "***", "* *", "- [", "- [ ", "- [ ]", "- [x", "|", "$", "$$", "\\", "\\[", "\\(", "**", "__", "[^1]",
        "[^1]:", "[a]:",
    ] {
        let shown = if matches!(start, "```" | "~~~") { live(start) } else { String::new() };
        assert_eq!(live(start), shown, "{start:?}");
        assert_eq!(live(&["text\n\n", start].concat()), paragraph("text") + &shown, "{start:?}");
    }
    assert_eq!(live("text\n-"), paragraph("text"), "it isn't a heading yet");
    assert_eq!(live("text\n=="), paragraph("text"));
}

#[test]
fn an_open_fence_is_a_code_block_at_once() {
    let block = |language: &str, code: &str| {
        format!(
            "<figure class=\"code\"><figcaption><span>{language}</span><button type=\"button\" class=\"copy\" \
             aria-label=\"Copy code\">Copy</button></figcaption><pre tabindex=\"0\"><code>{code}</code></pre></figure>"
        )
    };
    assert_eq!(live("```"), block("", ""));
    assert_eq!(live("```ru"), block("", ""), "half a language is none");
    assert_eq!(live("```rust\n"), block("rust", ""));
    assert_eq!(live("```rust\nlet a = 1;\n``"), block("rust", "let a = 1;\n"), "half a closing fence isn't code");
    assert_eq!(live("text\n```rust\n**a"), paragraph("text") + &block("rust", "**a"));
    assert_eq!(live("- ```rust\n  **a"), format!("<ul><li>{}</li></ul>", block("rust", "**a")));
    assert_eq!(live("- ```rust\n  a\n  ``"), format!("<ul><li>{}</li></ul>", block("rust", "a\n")));
    assert_eq!(live("- ```ru"), format!("<ul><li>{}</li></ul>", block("", "")));
    assert!(live("```rust\na\n```").contains("<code>a\n"), "only the end of the line says that it is closed");
    assert!(live("```rust\na\n```\n").contains("<code data-lang=\"rust\">a\n</code>"), "then it is final");
}

#[test]
fn an_open_code_block_gets_only_what_is_new() {
    let mut document = Document::new("t-");
    document.push("```js\nlet ");
    assert!(matches!(document.render(0).tail, Tail::Html(_)));
    document.push("a = 1 < 2;");
    assert_eq!(document.render(0).tail, Tail::Code("a = 1 < 2;".into()));
    document.push("\n``");
    assert_eq!(document.render(0).tail, Tail::Code("\n".into()));
    document.push("x");
    assert_eq!(document.render(0).tail, Tail::Code("``x".into()));
    assert_eq!(document.render(0), Patch::default());
    document.push("\n```\n");
    let patch = document.render(0);
    assert!(patch.frozen.contains("let a = 1 &lt; 2;\n``x\n</code>"), "{patch:?}");
    assert_eq!(patch.tail, Tail::Html(String::new()));
}

#[test]
fn a_table_is_one_from_its_first_line() {
    let text = "| a | b |\n|---|:-:|\n| c | **d** |\n";
    for end in 3..text.len() {
        let html = live(&text[..end]);
        assert!(html.starts_with("<div class=\"table\""), "{:?}: {html}", &text[..end]);
        assert!(!html.contains('|') && !html.contains('-') || html.contains("aria-label"), "{html}");
        assert!(!html.contains("**"), "{:?}: {html}", &text[..end]);
    }
    assert_eq!(live("| a | b |\n| c"), paragraph("| a | b |\n| c"), "it was none");
}

#[test]
fn half_a_formula_is_its_source() {
    assert_eq!(live("a $x + "), paragraph("a"), "it may be money");
    let long = "x + ".repeat(20);
    assert_eq!(
        live(&["a $", &long].concat()),
        paragraph(&["a <span class=\"math\">", long.trim(), "</span>"].concat())
    );
    assert_eq!(live("a \\(x_1"), paragraph("a <span class=\"math\">x_1</span>"));
    assert_eq!(live("\\[\nx\n=\n"), "<div class=\"math\">x\n=</div>");
    assert_eq!(live("$$\nx\n=\n- y"), "<div class=\"math\">x\n=\n- y</div>");
    assert_eq!(live("a \\("), paragraph("a"));
    assert_eq!(live("a $$"), paragraph("a"));
    assert_eq!(live("costs $5 and"), paragraph("costs $5 and"));
    assert_eq!(live("a \\(x\\) b"), paragraph("a <span class=\"math\" data-tex>x</span> b"));
}

#[test]
fn no_raw_sign_is_ever_seen_of_what_is_closed_in_the_end() {
    let text = "Some **bold *and italic* text** with `code`, ~~gone~~ and a [link](https://a.b/c \"t\").";
    for (end, _) in text.char_indices() {
        let html = live(&text[..end]);
        let seen = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<String>();
        assert!(!seen.contains(['*', '`', '~', '[', ']', '(']), "{:?}: {html}", &text[..end]);
        assert!(!seen.contains("http"), "{html}");
    }
}

#[test]
fn what_is_final_is_never_touched_again() {
    let text = "# One\n\nTwo **three** four.\n\n- a\n- b\n\n```js\nx\n```\n\n| a |\n|---|\n| b |\n\nEnd.\n";
    let expected = whole(text);
    let mut document = Document::new("t-");
    let mut frozen = String::new();
    for c in text.chars() {
        document.push(c.encode_utf8(&mut [0; 4]));
        let patch = document.render(0);
        assert!(!patch.rewrite);
        frozen += &patch.frozen;
        assert!(expected.starts_with(&frozen), "{frozen}");
    }
    assert!(frozen.ends_with("</tbody></table></div>"), "{frozen}");
}

#[test]
fn a_definition_that_comes_late_rewrites_what_used_it() {
    let (seen, page) = stream([
        "See [this] and [^1].\n\n",
        "Next.\n\n",
        "[this]: https://a.b\n\n",
        "More [this].\n\n",
        "[^1]: Note.\n\n",
        "End.\n",
    ]);
    assert!(seen[1].starts_with("<p>See [this] and <sup>1</sup>.</p>"), "{}", seen[1]);
    assert!(
        seen[3].contains("See <a href=\"https://a.b\"") && seen[3].contains("More <a href=\"https://a.b\""),
        "{}",
        seen[3]
    );
    assert!(seen[5].contains("<sup><a href"), "{}", seen[5]);
    assert_eq!(page.rewrites, 2);
}

#[test]
fn what_may_be_defined_later_has_no_brackets_until_the_answer_ends() {
    for (text, html) in [
        ("See [text][1] and", "See text and"),
        ("See ![a *cat*][1].", "See a <em>cat</em>."),
        ("参照[文書][1]。", "参照文書。"),
        ("[**b** `c`][x] d", "<strong>b</strong> <code>c</code> d"),
        ("See [text][].", "See text."),
        ("Note.[^note] x", "Note.<sup>note</sup> x"),
        ("注。[^注] x", "注。<sup>注</sup> x"),
        ("Note[^1] x", "Note<sup>1</sup> x"),
        ("a dp[i][j] b", "a dp[i][j] b"),
        ("a [i][j] b", "a [i][j] b"),
        ("a [1][2] b", "a [1][2] b"),
        ("a [Your Name] b", "a [Your Name] b"),
        ("a [^a-z] and [^abc] b", "a [^a-z] and [^abc] b"),
    ] {
        assert_eq!(live(text), paragraph(html), "{text:?}");
        assert_eq!(live(&[text, "\n\nThe next.\n\n"].concat()), paragraph(html) + &paragraph("The next."), "{text:?}");
    }
    for text in ["See [text][1] and.\n\nThe next.\n\nThe last.", "A [^b].[^note] x\n\nThe next.\n"] {
        let (seen, page) = stream(text.split_inclusive("\n\n"));
        assert_eq!(page.frozen, whole(text));
        assert_ne!(page.frozen, *seen.last().unwrap(), "what nobody has defined is as it was written");
        assert!(page.frozen.contains("[text][1]") || page.frozen.contains("[^note]"), "{}", page.frozen);
    }
    let defined = "See [text][1].[^note]\n\n[1]: https://a.b\n[^note]: N.\n";
    let (seen, page) = stream(defined.split_inclusive(' '));
    assert_eq!(page.frozen, whole(defined));
    assert!(page.frozen.contains("text</a>") && !seen.iter().any(|html| html.contains('[')), "{seen:?}");
}

#[test]
fn a_long_answer_stops_waiting_for_definitions() {
    let text = ["See [text][1].\n\n", &"A line of it.\n\n".repeat(20_000)].concat();
    let (seen, page) = stream(text.as_bytes().chunks(4096).map(|piece| str::from_utf8(piece).unwrap()));
    assert!(seen[2].starts_with("<p>See text.</p>"));
    assert!(page.frozen.starts_with("<p>See [text][1].</p>"));
    assert_eq!(page.frozen, whole(&text));
}

#[test]
fn the_tail_of_a_long_answer_awaits_no_definitions() {
    let text = [&"A line of it.\n\n".repeat(6000), "See [text][1] and"].concat();
    assert!(live(&text).ends_with("<p>See [text][1] and</p>"));
    let short = ["A line of it.\n\n", "See [text][1] and"].concat();
    assert!(live(&short).ends_with("<p>See text and</p>"));
}

#[test]
fn the_head_of_a_table_has_no_more_cells_than_have_begun() {
    for text in ["| a | b |", "| a | b | ", "| a | b |\n", "| a | b |\n|", "| a | b |\n|--", "| a | **b** |\n"] {
        assert_eq!(live(text).matches("<th ").count(), 2, "{text:?}: {}", live(text));
    }
    assert_eq!(live("- a\n| b | c |"), "<ul><li>a\n| b | c</li></ul>", "a line of the item");
    assert!(!live("- a\n| b | c |\n|-").contains("|-"));
}

#[test]
fn a_star_between_two_operands_waits_for_the_end_of_the_word() {
    for (text, html) in [
        ("so 2*3", "so 2"),
        ("so 2*3 is", "so 2*3 is"),
        ("so a*b*", "so a"),
        ("so a*b*c d", "so a<em>b</em>c d"),
        ("so 2**10", "so 2"),
        ("so f(x)*g(x) d", "so f(x)*g(x) d"),
    ] {
        assert_eq!(live(text), paragraph(html), "{text:?}");
    }
}

#[test]
fn a_definition_that_nobody_waits_for_rewrites_nothing() {
    let (_, page) = stream(["See [that].\n\n", "Next.\n\n", "[this]: https://a.b\n\n", "More [this].\n\n", "End.\n"]);
    assert_eq!(page.rewrites, 0);
    assert!(page.frozen.contains("More <a href"), "{}", page.frozen);
}

#[test]
fn line_ends_and_nul_are_what_commonmark_says() {
    let (_, page) = stream(["a\r", "\n\r\nb\rc\0", "\u{FDD0}\r\n"]);
    assert_eq!(page.frozen, "<p>a</p><p>b\nc\u{FFFD}\u{FFFD}</p>");
}
