use super::*;

fn inline(tex: &str) -> String {
    format!("<span class=\"math\" data-tex>{tex}</span>")
}

fn display(tex: &str) -> String {
    format!("<div class=\"math\" data-tex>{tex}</div>")
}

#[test]
fn both_ways_of_writing_a_formula_are_one() {
    let expected = format!("<p>a {} b</p>", inline("x_1 * y_2 * z"));
    assert_eq!(whole("a $x_1 * y_2 * z$ b"), expected);
    assert_eq!(whole("a \\(x_1 * y_2 * z\\) b"), expected);
    assert_eq!(whole("a \\( x_1 * y_2 * z \\) b"), expected);
    assert_eq!(whole("$$x = 1$$"), display("x = 1"));
    assert_eq!(whole("\\[x = 1\\]"), display("x = 1"));
    assert_eq!(
        whole("so \\[x\\] and $$y$$."),
        "<p>so <span class=\"math display\" data-tex>x</span> and <span class=\"math display\" data-tex>y</span>.</p>"
    );
}

#[test]
fn the_lines_of_a_formula_are_never_blocks() {
    for (open, close) in [("\\[", "\\]"), ("$$", "$$")] {
        let tex = "a\n=\nb\n- c\n+ d\n# e\n1. f\n-\n    g \\\\\n\\end{x}";
        let html = whole(&format!("{open}\n{}\n{close}\nafter", tex.replace("# e\n", "")));
        let expected = tex.replace("# e\n", "");
        assert_eq!(html, format!("<p><span class=\"math display\" data-tex>{expected}</span>\nafter</p>"));
    }
    assert_eq!(whole("\\[\na\n=\n> b\n\\]"), display("a\n=\n&gt; b"));
    assert_eq!(whole("$$\na\n$$\n$$\nb\n$$"), display("a") + &display("b"));
}

#[test]
fn a_formula_stays_in_its_list_and_in_its_quote() {
    let html = whole("1. One\n\n   \\[\n   a\n   =\n   b\n   \\]\n2. Two\n");
    assert_eq!(html, format!("<ol><li><p>One</p>{}</li><li><p>Two</p></li></ol>", display("a\n   =\n   b")));
    assert_eq!(whole("> $$\n> a\n> - b\n> $$\n"), format!("<blockquote>{}</blockquote>", display("a\n- b")));
}

#[test]
fn money_is_no_formula() {
    for text in
        ["costs $5 and $6", "US$5 to US$6", "$5-$6", "from $5/month", "a $ b $ c", "5$ and 6$", "$5", "$1,000–$2,000"]
    {
        assert_eq!(whole(text), format!("<p>{text}</p>"));
    }
    assert_eq!(whole("**$5** to **$10**"), "<p><strong>$5</strong> to <strong>$10</strong></p>");
    assert_eq!(whole("from $5 to $x$"), format!("<p>from $5 to {}</p>", inline("x")));
    assert_eq!(whole("\\$x$"), "<p>$x$</p>");
}

#[test]
fn code_is_no_formula() {
    for code in ["\\(x\\)", "\\[x\\]", "$x$", "$5 $HOME", "$$x$$", "a $b", "\\\\(x\\\\)"] {
        assert_eq!(whole(&format!("`{code}`")), format!("<p><code>{code}</code></p>"));
        let block = format!("{code}\n{code} $\n");
        for source in [
            format!("```\n{block}```"),
            format!("- ```\n  {code}\n  {code} $\n  ```"),
            format!("    {code}\n    {code} $\n"),
        ] {
            let html = whole(&source);
            assert!(html.contains(&format!("<code>{block}</code>")), "{source:?}: {html}");
        }
    }
    assert_eq!(whole("```\n\\[\nx\n=\n\\]\n```\n# h"), whole("```\n\\[\nx\n=\n\\]\n```") + "<h1>h</h1>");
}

#[test]
fn what_is_no_formula_is_what_it_is_without_formulas() {
    assert_eq!(whole("\\(a and \\[b"), "<p>(a and [b</p>");
    assert_eq!(whole("a\\) b\\]"), "<p>a) b]</p>");
    assert_eq!(whole("\\(\\) \\[\\]"), "<p>() []</p>");
    assert_eq!(whole("\\[\na\n\nb\n\\]"), "<p>[\na</p><p>b\n]</p>");
    assert_eq!(whole("\\\\(x\\\\)"), "<p>\\(x\\)</p>");
    assert_eq!(
        whole("[a](https://b.c/$d$e)"),
        "<p><a href=\"https://b.c/$d$e\" rel=\"noopener nofollow\" target=\"_blank\">a</a></p>"
    );
    assert_eq!(
        whole("<https://b.c/a$d>"),
        "<p><a href=\"https://b.c/a$d\" rel=\"noopener nofollow\" target=\"_blank\">https://b.c/a$d</a></p>"
    );
}

#[test]
fn a_formula_is_text_to_the_page() {
    assert_eq!(whole("$a<b>\"c\"&d$"), format!("<p>{}</p>", inline("a&lt;b&gt;&quot;c&quot;&amp;d")));
}
