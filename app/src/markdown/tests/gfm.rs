use super::*;

const TABLE: &str = "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Table\"><table><thead><tr>";

#[test]
fn a_table_has_a_head_rows_and_alignments_by_class() {
    let html = whole("| a | b | c |\n|:--|:-:|--:|\n| 1 | `x\\|y` | **3** |\n| only |\n");
    let expected = "<th scope=\"col\" class=\"left\">a</th><th scope=\"col\" class=\"center\">b</th>\
        <th scope=\"col\" class=\"right\">c</th></tr></thead><tbody><tr><td class=\"left\">1</td>\
        <td class=\"center\"><code>x|y</code></td><td class=\"right\"><strong>3</strong></td></tr>\
        <tr><td class=\"left\">only</td><td class=\"center\"></td><td class=\"right\"></td></tr></tbody></table></div>";
    assert_eq!(html, [TABLE, expected].concat());
}

#[test]
fn a_table_needs_as_many_delimiters_as_it_has_columns() {
    assert_eq!(whole("| abc | def |\n| --- |\n| bar |"), "<p>| abc | def |\n| --- |\n| bar |</p>");
}

#[test]
fn a_table_ends_where_another_block_starts() {
    let html = whole("| a | b |\n| - | - |\n| c | d |\n> e\n");
    assert!(html.ends_with("</tbody></table></div><blockquote><p>e</p></blockquote>"), "{html}");
}

#[test]
fn tasks_are_boxes_that_say_what_they_are() {
    let html = whole("- [ ] foo\n- [x] bar\n  - [X] baz\n- [y] no\n");
    let expected = "<ul><li><input type=\"checkbox\" disabled aria-label=\"To do\"> foo</li>\
        <li><input type=\"checkbox\" disabled checked aria-label=\"Done\"> bar\
        <ul><li><input type=\"checkbox\" disabled checked aria-label=\"Done\"> baz</li></ul></li><li>[y] no</li></ul>";
    assert_eq!(html, expected);
}

#[test]
fn strikethrough_takes_two_tildes() {
    assert_eq!(whole("~~Hi~~ ~~there~"), "<p><del>Hi</del> ~~there~</p>");
    assert_eq!(whole("a ~~~b~~~"), "<p>a ~~~b~~~</p>");
    for text in ["~100k users. Then ~200k", "~Hello~, ~there", "(~5~)", "H~2~O", "~a ~b~ c~", "1~2 and 3~ 4"] {
        assert_eq!(whole(text), format!("<p>{text}</p>"));
    }
    assert_eq!(whole("~5 **a~ b** c"), "<p>~5 <strong>a~ b</strong> c</p>");
    assert_eq!(whole("~~a ~5 b~ c~~"), "<p><del>a ~5 b~ c</del></p>");
}

#[test]
fn addresses_in_the_text_are_links() {
    let link = |url: &str| format!("<a href=\"{url}\" rel=\"noopener nofollow\" target=\"_blank\">{url}</a>");
    let html = whole("See https://a.b/c_d(e), (http://f.g/h?i=j) and https://k.l. 见https://m.n/o。");
    let expected = format!(
        "<p>See {}, ({}) and {}. 见{}。</p>",
        link("https://a.b/c_d(e)"),
        link("http://f.g/h?i=j"),
        link("https://k.l"),
        link("https://m.n/o")
    );
    assert_eq!(html, expected);
    assert_eq!(
        whole("`https://a.b` xhttps://c.d https:// [https://e.f](/g)"),
        "<p><code>https://a.b</code> xhttps://c.d https:// https://e.f</p>"
    );
}

#[test]
fn an_address_ends_before_punctuation_of_any_script() {
    let link = |url: &str| format!("<a href=\"{url}\" rel=\"noopener nofollow\" target=\"_blank\">{url}</a>");
    let ends = [
        "」", "』", "）", "】", "〉", "》", "〕", "〗", "］", "｝", "｠", "”", "’", "»", "›", "…", "—", "–", "―", "‥",
        "。", "．", "、", "，", "！", "？", "；", "：", "｡", "､", "،", "؛", "؟", "۔", "।", "॥", "։", "။", "។", "፡",
        "。」", "!”", ".»", ",’", "“", "「", "⋯", "\u{200B}", "\u{200F}", "\u{202C}", "\u{2069}",
    ];
    for end in ends {
        for url in ["https://a.b/c", "https://a.b/ü", "www.a.b"] {
            let html = whole(&format!("x {url}{end}y"));
            let scheme = if url.starts_with("www") { "http://" } else { "" };
            let url = link(url).replacen(url, &[scheme, url].concat(), 1);
            assert_eq!(html, format!("<p>x {url}{end}y</p>"));
        }
    }
    for url in
        ["https://ja.wikipedia.org/wiki/ジョン・スミス", "https://a.b/नमस्ते", "https://a.b/é_ñ", "https://ca.b/col·lega"]
    {
        assert_eq!(whole(&format!("見{url} x")), format!("<p>見{} x</p>", link(url)));
    }
}

#[test]
fn the_name_of_a_host_ends_where_a_language_without_blanks_goes_on() {
    let link = |url: &str| format!("<a href=\"{url}\" rel=\"noopener nofollow\" target=\"_blank\">{url}</a>");
    for after in ["を見て", "です。", "的页面", "에서", "ที่นี่"] {
        assert_eq!(
            whole(&format!("https://example.com{after}")),
            format!("<p>{}{after}</p>", link("https://example.com"))
        );
        let html = whole(&format!("www.example.org{after}"));
        assert!(html.contains(">www.example.org</a>"), "{html}");
    }
    for url in
        ["https://日本語.jp/x", "https://例え.テスト", "https://a日本.jp", "https://x.a日本.jp/y", "https://münchen.de"]
    {
        assert_eq!(whole(url), format!("<p>{}</p>", link(url)));
    }
}

#[test]
fn a_table_may_come_right_after_a_line_of_text() {
    let table = "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Table\"><table><thead><tr>\
                 <th scope=\"col\">a</th><th scope=\"col\">b</th></tr></thead><tbody><tr><td>c</td><td>d</td></tr>\
                 </tbody></table></div>";
    for rows in ["| a | b |\n|---|---|\n| c | d |\n", "a | b\n---|---\nc | d\n", "a | b |\n- | -\nc | d |\n"] {
        assert_eq!(whole(&format!("As *it*:\n{rows}")), format!("<p>As <em>it</em>:</p>{table}"));
        assert_eq!(whole(&format!("One.\nTwo:\n{rows}")), format!("<p>One.\nTwo:</p>{table}"));
        let quoted = ["> As:\n", rows].concat().trim_end().replace('\n', "\n> ");
        assert_eq!(whole(&quoted), format!("<blockquote><p>As:</p>{table}</blockquote>"));
        let item = format!("As:\n{rows}").replace('\n', "\n  ");
        assert_eq!(whole(&format!("- {item}")), format!("<ul><li>As:{table}</li></ul>"));
    }
    for text in ["As:\na | b\n---\n", "As:\na | b\n---|---|---\n", "As:\na | b\n- x | y\n"] {
        assert!(!whole(text).contains("<table") && whole(text).contains("a | b"), "{}", whole(text));
    }
    for text in ["As:\na | b\n---|---\nc | d\n", "x | y\n---|---\nc | d\n"] {
        assert!(whole(&format!("```\n{text}```\n")).contains(&format!("<code>{text}</code>")));
        let indented = ["    ", &text.trim_end().replace('\n', "\n    "), "\n"].concat();
        assert!(whole(&indented).contains(&format!("<code>{text}</code>")));
    }
}

#[test]
fn the_number_of_a_source_keeps_its_brackets() {
    let html = whole("So it is [1], [22], [a][3].\n\n[1]: https://a.b\n[22]: https://a.b\n[3]: https://a.b\n");
    let link = |text: &str| format!("<a href=\"https://a.b\" rel=\"noopener nofollow\" target=\"_blank\">{text}</a>");
    assert_eq!(html, format!("<p>So it is [{}], [{}], {}.</p>", link("1"), link("22"), link("a")));
}

#[test]
fn addresses_without_a_scheme_are_links_too() {
    let link = |scheme: &str, text: &str| {
        format!("<a href=\"{scheme}{text}\" rel=\"noopener nofollow\" target=\"_blank\">{text}</a>")
    };
    let html = whole("See www.a.org/b_c(d), (www.e.org) and www.f.org. Write to g+h.i-j@k-l.org, or (m_n@o.org).");
    let expected = format!(
        "<p>See {}, ({}) and {}. Write to {}, or ({}).</p>",
        link("http://", "www.a.org/b_c(d)"),
        link("http://", "www.e.org"),
        link("http://", "www.f.org"),
        link("mailto:", "g+h.i-j@k-l.org"),
        link("mailto:", "m_n@o.org"),
    );
    assert_eq!(html, expected);
    for none in
        ["www.", "www. a", "xwww.a.org", "x.www.a.org", "a@b", "@b.org", "a@b.org-", "a@b..org", "ftp://a@b.org", "h@w"]
    {
        assert_eq!(whole(none), format!("<p>{none}</p>"));
    }
    assert_eq!(whole("`www.a.org` [b@c.org](/d)"), "<p><code>www.a.org</code> b@c.org</p>");
    assert_eq!(whole("https://a.org/@b.org"), format!("<p>{}</p>", link("", "https://a.org/@b.org")));
    assert_eq!(live("Write to a@b.or"), "<p>Write to a@b.or</p>", "more of it may come");
}

#[test]
fn footnotes_lead_to_their_text_by_ids_of_this_message() {
    let html = whole("One[^1], [^Two words].\n\n[^1]: First.\n[^two words]:\n    Second.\n");
    let expected = "<p>One<sup><a href=\"#t-fn-1\" aria-label=\"Footnote 1\">1</a></sup>, \
        <sup><a href=\"#t-fn-two-32words\" aria-label=\"Footnote Two words\">Two words</a></sup>.</p>\
        <div class=\"footnote\" role=\"note\" id=\"t-fn-1\"><span class=\"label\">1</span><p>First.</p></div>\
        <div class=\"footnote\" role=\"note\" id=\"t-fn-two-32words\"><span class=\"label\">two words</span><p>Second.</p></div>";
    assert_eq!(html, expected);
    assert_eq!(whole("Nothing[^missing]."), "<p>Nothing[^missing].</p>");
    assert_eq!(whole("Not yet[^1], `[^1]` [^1234]"), "<p>Not yet<sup>1</sup>, <code>[^1]</code> [^1234]</p>");
}

#[test]
fn a_footnote_in_a_link_is_no_link_in_a_link() {
    let html = whole("[a[^1]](https://b.c)\n\n[^1]: d\n");
    assert!(html.contains("<a href=\"https://b.c\""), "{html}");
}

#[test]
fn a_code_block_has_a_language_and_a_button() {
    let html = whole("```rust,ignore foo\nlet a = \"<b>\";\n```\n\n    plain\n");
    let button = "<button type=\"button\" class=\"copy\" aria-label=\"Copy code\">Copy</button></figcaption><pre tabindex=\"0\">";
    let expected = [
        "<figure class=\"code\"><figcaption><span>rust,ignore</span>",
        button,
        "<code data-lang=\"rust,ignore\">let a = &quot;&lt;b&gt;&quot;;\n</code></pre></figure>",
        "<figure class=\"code\"><figcaption><span></span>",
        button,
        "<code>plain\n</code></pre></figure>",
    ];
    assert_eq!(html, expected.concat());
}

#[test]
fn an_image_is_a_link_by_its_words_or_its_address() {
    let link = |label: &str| {
        format!(
            "<p><a class=\"image\" href=\"https://a.b/c.png\" rel=\"noopener nofollow\" target=\"_blank\">{label}</a></p>"
        )
    };
    assert_eq!(whole("![A *cat*](https://a.b/c.png)"), link("A <em>cat</em>"));
    assert_eq!(whole("![](https://a.b/c.png)"), link("https://a.b/c.png"));
    assert_eq!(whole("![](data:image/png;base64,AAAA)"), "<p>image</p>");
    let html = whole("[![badge](https://a.b/c.svg)](https://d.e)");
    assert_eq!(html, "<p><a href=\"https://d.e\" rel=\"noopener nofollow\" target=\"_blank\">badge</a></p>");
}

#[test]
fn a_line_break_in_a_cell_is_one() {
    for html in ["<br>", "<br/>", "<br />", "<BR>", "<Br  / >", "<br >"] {
        let is_tag = html != "<Br  / >";
        let table = whole(&format!("| a{html}b |\n|---|\n| **c{html}d** |\n"));
        assert_eq!(table.contains("a<br>b</th>") && table.contains("<strong>c<br>d</strong></td>"), is_tag, "{table}");
        assert!(!whole(&format!("a{html}b\n\n- c{html}d")).contains("<br>"));
    }
    for html in [
        "<br class=\"x\">",
        "<br onclick=\"x\">",
        "<br/ x>",
        "</br>",
        "<brx>",
        "<b>",
        "`<br>`",
        "\\<br>",
        "<!--<br>-->",
    ] {
        assert!(!whole(&format!("| a{html}b |\n|---|\n")).contains("<br"), "{html}");
    }
}

#[test]
fn raw_html_is_text() {
    assert_eq!(whole("a <b>c</b> <br>"), "<p>a &lt;b&gt;c&lt;/b&gt; &lt;br&gt;</p>");
    assert_eq!(
        whole("<details>\n<summary>S</summary>\n\n*in*\n"),
        "<p class=\"raw\">&lt;details&gt;\n&lt;summary&gt;S&lt;/summary&gt;\n</p><p><em>in</em></p>"
    );
}
