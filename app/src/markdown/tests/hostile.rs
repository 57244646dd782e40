//! Answers that were written to do harm. [`check`] knows every tag and attribute that may be there.

use super::*;

const ANSWERS: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><animate onbegin=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>@import 'https://evil.example'</style>",
    "<base href=//evil.example>",
    "<!-- --><script>alert(1)</script>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php <script> ?>",
    "<div\nonclick=alert(1)\n>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](&#1;javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](\\javascript:alert(1))",
    "[x](%6Aavascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](https:evil)",
    "[x](http:\\\\evil)",
    "[x](blob:https://a.b)",
    "![x](javascript:alert(1))",
    "![x\" onerror=\"alert(1)](https://a.b/\"onerror=\"alert(1))",
    "![<img src=x onerror=alert(1)>](https://a.b)",
    "[x](https://a.b \"\\\" onmouseover=alert(1) \\\"\")",
    "[x](https://a.b '\"><script>alert(1)</script>')",
    "[x](<https://a.b\"onclick=\"alert(1)>)",
    "[x]\n\n[x]: javascript:alert(1)",
    "[x]\n\n[x]: <https://a.b\"> \"'><script>\"",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "<https://a.b\"onclick=alert(1)>",
    "https://a.b/\"onclick=alert(1)",
    "https://a.b/<script>",
    "```\"><script>alert(1)</script>\nx\n```",
    "```x\"onclick=\"alert(1)\nx\n```",
    "```aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nx\n```",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "`</code><script>alert(1)</script>`",
    "$</span><script>alert(1)</script>$",
    "\\[</div><script>alert(1)</script>x\\]",
    "[^\"><script>]\n\n[^\"><script>]: x",
    "| <script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "# <script>alert(1)</script>",
    "&lt;script&gt; &#60;script&#62;",
    "\u{FDD1}$$<b>\u{FDD6}",
    "1. a\n<style>",
    "99999999999999999999. x",
    "999999999. x",
    "[a](https://a.b)[b](https://c.d)](javascript:x)",
    "[![[[x](https://a.b)](https://c.d)](https://e.f)](https://g.h)",
    "[https://a.b https://c.d](https://e.f)",
    "**_~~`$[![<&\\",
];

#[test]
fn nothing_gets_through() {
    for answer in ANSWERS {
        let html = whole(answer);
        for end in answer.char_indices().map(|(at, _)| at) {
            live(&answer[..end]);
        }
        for scheme in ["javascript:", "data:", "vbscript:", "file:", "blob:"] {
            assert!(!html.to_lowercase().contains(&format!("href=\"{scheme}")), "{answer:?}: {html}");
        }
    }
}

#[test]
fn schemes_are_read_as_a_browser_reads_them() {
    for url in ["HTTPS://a.b", "ht&Tab;tps://a.b", "&#1;https://a.b", "mailto:a@b.c", "http://a.b"] {
        assert!(whole(&format!("[x]({url})")).contains("<a href="), "{url}");
    }
    for url in
        ["https:a.b", "//a.b", "/a", "#a", "a", "", "ftp://a.b", "tel:1", "javascript:https://a.b", "x-https://a.b"]
    {
        assert_eq!(whole(&format!("[x]({url})")), "<p>x</p>", "{url}");
    }
}

/// Ten thousand of something, in the shapes that parsers fear.
fn masses() -> Vec<String> {
    let n = 10_000;
    let mut masses: Vec<String> = [
        ">",
        "> ",
        "- ",
        "1. ",
        "> - ",
        "* a\n",
        "[",
        "![",
        "]",
        "[]",
        "[a](",
        "[a](<",
        "[a](x \"",
        "[a](x '",
        "(",
        "*",
        "**a",
        "_a ",
        "*a_ ",
        "***",
        "*_",
        "~~*`",
        "a $$",
        "[*<",
        "`",
        "`a``",
        "~~a",
        "~",
        "<",
        "<a",
        "<!--",
        "<?",
        "<![CDATA[",
        "<a x=\"",
        "&",
        "&#",
        "\\",
        "\\(",
        "\\[",
        "$",
        "$a",
        "$$",
        "{",
        "}",
        "$}$",
        "|",
        "| a ",
        "a|\n",
        "#",
        "# ",
        "\n#",
        "[^",
        "[^a]",
        "[^a]: ",
        "[a]: b\n",
        "[a]\n",
        "[a][",
        "- [ ] ",
        "https://",
        "http",
        "http://a.b/(",
        "```\n",
        "```a\n",
        "~~~~",
        "\t",
        "    ",
        "\n",
        "a\n\n",
        "=",
        "-",
        "- - ",
        "1)",
        "<b>\n",
        "\0",
        "é",
        "🦀",
    ]
    .iter()
    .map(|piece| piece.repeat(n))
    .collect();
    masses.push((0..500).map(|depth| "  ".repeat(depth) + "- a\n").collect());
    masses.push((0..2000).map(|n| "`".repeat(n % 200) + "a").collect());
    masses.push("a".repeat(1_000_000));
    masses.push(["| a |\n|---|\n", &"| b |\n".repeat(5000)].concat());
    masses.push(">".repeat(n) + "a\n" + &"b\n".repeat(n));
    masses.push((0..n).map(|n| format!("[a{n}]\n\n")).chain((0..n).map(|n| format!("[a{n}]: b\n\n"))).collect());
    masses.push(format!("[a]: https://{}\n\n{}", "b".repeat(20_000), "[a]\n\n".repeat(5000)));
    masses
}

#[test]
fn masses_neither_hang_nor_break_nor_nest() {
    for mass in masses() {
        let html = whole(&mass);
        assert!(html.len() < 400 * mass.len() + 2_000_000, "{:?}… is {} bytes", &mass[..4], html.len());
        live(&["text ", &mass].concat());
    }
}

#[test]
fn what_is_too_deep_is_there_but_not_nested() {
    let html = whole(&(">".repeat(100) + "a"));
    assert_eq!(html.matches("<blockquote>").count(), 24);
    assert!(html.contains('a'));
    let html = whole(&("- ".repeat(100) + "a"));
    assert_eq!(html.matches("<ul>").count(), 24);
    assert_eq!(whole(&"* ".repeat(100)), "<hr>");
}
