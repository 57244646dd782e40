use super::*;
use proptest::prelude::*;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

fn html(code: &str, language: &str) -> String {
    let slice = Slice::begin(Duration::ZERO, CancellationToken::new());
    let mut code = Code::new(code, language).unwrap();
    while !code.is_done() {
        code.colour_line(&slice);
    }
    code.finish()
}

/// The text that a browser shows: without tags and escapes.
fn shown(html: &str) -> String {
    let text =
        html.split('<').enumerate().map(|(at, piece)| if at == 0 { piece } else { piece.split_once('>').unwrap().1 });
    text.collect::<String>().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Nothing but spans of known classes, each closed before the next begins.
fn is_clean(html: &str) -> bool {
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        let Some(inside) = tag.strip_prefix("span class=\"hl-") else { return false };
        let Some((class, after)) = inside.split_once("\">") else { return false };
        let Some((text, after)) = after.split_once("</span>") else { return false };
        if class.len() != 1 || !"acdfgiklnostv".contains(class) || text.contains('<') {
            return false;
        }
        rest = after;
    }
    true
}

#[test]
fn each_kind_of_token_has_its_class() {
    for (language, code, expected) in [
        (
            "rust",
            "// hi\n",
            r#"<span class="hl-c">// hi
</span>"#,
        ),
        (
            "rust",
            "fn main() {}",
            r#"<span class="hl-k">fn </span><span class="hl-f">main</span><span class="hl-o">() {}</span>"#,
        ),
        (
            "rust",
            r#"let x = "a<b";"#,
            r#"<span class="hl-k">let</span> x <span class="hl-o">= </span><span class="hl-s">"a&lt;b"</span><span class="hl-o">;</span>"#,
        ),
        ("python", "x = 1", r#"x <span class="hl-o">= </span><span class="hl-n">1</span>"#),
        ("python", "None", r#"<span class="hl-l">None</span>"#),
        (
            "html",
            r#"<a b="c">"#,
            r#"<span class="hl-g">&lt;a </span><span class="hl-a">b</span><span class="hl-o">=</span><span class="hl-s">"c"</span><span class="hl-g">&gt;</span>"#,
        ),
        (
            "diff",
            "-a\n+b\n",
            r#"<span class="hl-d">-a
</span><span class="hl-i">+b
</span>"#,
        ),
        (
            "js",
            "class A {}",
            r#"<span class="hl-k">class </span><span class="hl-t">A </span><span class="hl-o">{}</span>"#,
        ),
    ] {
        assert_eq!(html(code, language), expected, "{language}: {code}");
    }
}

#[test]
fn what_is_embedded_in_a_string_is_no_string() {
    let html = html("print(f\"a {x} b\")", "python");
    assert!(html.contains('x') && !html.contains("hl-s\">x") && html.contains("hl-s"), "{html}");
}

#[test]
fn a_language_that_is_not_known_is_left_alone() {
    assert!(Code::new("x", "klingon").is_none());
    assert!(Code::new("x", "text").is_none());
}

#[test]
fn a_line_that_takes_too_long_is_plain_and_the_next_is_coloured() {
    let slow = "a-".repeat(256);
    let code = format!("@a: 1;\n{slow}\n@b: 2;\n");
    let html = html(&code, "less");
    assert_eq!(shown(&html), code);
    assert!(html.contains(&slow) && html.matches("hl-n").count() == 2, "{html}");
}

#[test]
fn after_too_much_time_the_rest_of_a_block_is_plain() {
    let slice = Slice::begin(Duration::ZERO, CancellationToken::new());
    let mut code = Code::new("let a;\nlet b;\n", "rust").unwrap();
    code.colour_line(&slice);
    code.spent = BLOCK_MOST;
    assert!(code.is_done());
    assert!(code.finish().ends_with("let b;\n"));
}

#[test]
fn a_line_as_long_as_none_is_goes_without_colours() {
    let long = "<".repeat(LONGEST_LINE + 1);
    let code = format!("let a;\n{long}\nlet b;\n");
    let html = html(&code, "rust");
    assert_eq!(shown(&html), code);
    assert_eq!(html.matches("hl-k").count(), 2);
}

#[test]
fn a_grammar_gives_every_byte_back() {
    const NASTY: &str =
        "<b>&amp;</b> \"'`\\ ü🌟\u{0}\u{301}\r\n\t#!/bin/sh {{x}} <?php ?> /* // -- \n(*[{</script>\n%>\n\n\"\"\"";
    // Each has hundreds of regular expressions to be compiled: a sample will do.
    let syntaxes = two_face::syntax::extra_newlines();
    let words = syntaxes.syntaxes().iter().flat_map(|syntax| &syntax.file_extensions).step_by(61);
    for language in words.filter(|word| grammar(word).is_some()) {
        let html = html(NASTY, language);
        assert_eq!(shown(&html), NASTY, "{language}");
        assert!(is_clean(&html), "{language}: {html}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_comes_back_byte_by_byte(
        code in r#"([a-z0-9 \n\t(){}\[\]"'`<>&;:,.$#@!/\\*=+-]|\PC|fn |def |class |//|/\*|"""|\$\{){0,200}"#,
        language in prop::sample::select(vec!["rust", "python", "html", "sh"]),
    ) {
        let html = html(&code, language);
        prop_assert_eq!(shown(&html), code);
        prop_assert!(is_clean(&html), "{}", html);
    }
}

#[test]
fn a_line_is_never_parsed_by_much_more_than_what_was_quick_before() {
    for length in 0..=LONGEST_LINE {
        let tried = steps(length).chain([length]).collect::<Vec<_>>();
        assert!(tried[0] <= STEP && tried.is_sorted(), "{tried:?}");
        assert!(tried.windows(2).all(|pair| pair[1] - pair[0] <= (pair[0] / 4).min(STEP)), "{tried:?}");
    }
}

#[test]
fn a_line_that_nobody_waits_for_is_not_parsed() {
    let cancelled = CancellationToken::new();
    let slice = Slice::begin(Duration::ZERO, cancelled.clone());
    let mut code = Code::new("let a;\nlet b;\n", "rust").unwrap();
    code.colour_line(&slice);
    cancelled.cancel();
    code.colour_line(&slice);
    let html = code.finish();
    assert!(html.contains("let</span> a") && html.ends_with("let b;\n"), "{html}");
}
