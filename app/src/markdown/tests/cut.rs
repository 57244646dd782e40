//! An answer that was cut off is drawn as it was while it grew; but nothing that may be text is held back.

use super::*;

/// The page of an answer that was cut off after `source`.
fn cut(source: &str) -> String {
    let (mut document, mut page) = (Document::new("t-"), Page::default());
    document.push(source);
    page.apply(document.render(0));
    document.cut_off();
    page.apply(document.render(0));
    assert_eq!(document.render(0), Patch::default(), "nothing comes after the end");
    assert_eq!(page.tail, "", "nothing is left in the tail");
    check(&page.frozen);
    page.frozen
}

#[test]
fn what_is_open_in_an_answer_that_was_cut_off_is_closed() {
    for (text, html) in [
        ("a **bo", "<p>a <strong>bo</strong></p>"),
        ("Done.\n\na **bo *it", "<p>Done.</p><p>a <strong>bo <em>it</em></strong></p>"),
        ("a **", "<p>a</p>"),
        ("a `co", "<p>a <code>co</code></p>"),
        ("~100k users. Then", "<p>~100k users. Then</p>"),
        ("a [text](htt", "<p>a text</p>"),
        ("a ![al", "<p>a al</p>"),
        ("a \\(\\frac{x", "<p>a <span class=\"math\">\\frac{x</span></p>"),
        ("\\[\n\\frac{a", "<div class=\"math\">\\frac{a</div>"),
        (
            "| a | b |\n|--",
            "<thead><tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr></thead><tbody></tbody></table></div>",
        ),
        ("text\n-", "<p>text</p>"),
        ("- a\n- ", "<ul><li>a</li></ul>"),
    ] {
        assert!(cut(text).ends_with(html), "{text:?}: {}", cut(text));
        assert!(!cut(text).contains("**"), "{text:?}: {}", cut(text));
    }
}

#[test]
fn nothing_that_was_said_is_missing_from_an_answer_that_was_cut_off() {
    for (text, html) in [
        ("The answer:\n\n42", "<p>The answer:</p><p>42</p>"),
        ("Hello!", "<p>Hello!</p>"),
        ("see [note", "<p>see note</p>"),
        ("see [1]", "<p>see [1]</p>"),
        ("costs $5", "<p>costs $5</p>"),
        ("set $HOME", "<p>set $HOME</p>"),
        ("so AT&T", "<p>so AT&amp;T</p>"),
        ("a <5", "<p>a &lt;5</p>"),
        ("a | b", "<p>a | b</p>"),
        ("a \\(x\\)", "<p>a <span class=\"math\" data-tex>x</span></p>"),
        ("a **b**", "<p>a <strong>b</strong></p>"),
    ] {
        assert_eq!(cut(text), html, "{text:?}");
    }
}

#[test]
fn code_that_was_cut_off_has_its_language() {
    for text in ["```rust\nlet a", "```rust\nlet a\n", "```rust\nlet a\n``"] {
        assert!(cut(text).contains("<code data-lang=\"rust\">let a"), "{text:?}: {}", cut(text));
    }
    assert!(cut("- ```rust\n  let a").contains("<code data-lang=\"rust\">let a"));
    assert!(!cut("```rust\nlet a\n``").contains('`'));
    let long = ["```rust\n", &"let a = 1;\n".repeat(4000), "let b"].concat();
    assert!(cut(&long).ends_with("let b</code></pre></figure>"));
}

#[test]
fn a_definition_in_an_answer_that_was_cut_off_counts() {
    let html = cut("See [this].\n\n[this]: https://a.b\n\nand **more");
    assert!(html.contains("<a href=\"https://a.b\"") && html.ends_with("<p>and <strong>more</strong></p>"), "{html}");
}
