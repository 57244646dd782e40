//! Emphasis in languages without blanks between words (<https://github.com/tats-u/markdown-cjk-friendly>).

use super::*;

#[test]
fn emphasis_beside_wide_punctuation_is_emphasis() {
    for (text, html) in [
        ("これは**「引用」**です", "これは<strong>「引用」</strong>です"),
        ("**テスト。**テスト", "<strong>テスト。</strong>テスト"),
        ("这是**“引用”**的意思", "这是<strong>“引用”</strong>的意思"),
        ("**重要：**这是*《书》*。", "<strong>重要：</strong>这是<em>《书》</em>。"),
        ("**스크립트(script)**라고", "<strong>스크립트(script)</strong>라고"),
        ("これは**`code`**です", "これは<strong><code>code</code></strong>です"),
        (
            "これは**[リンク](https://a.b)**です",
            "これは<strong><a href=\"https://a.b\" rel=\"noopener nofollow\" target=\"_blank\">リンク</a></strong>です",
        ),
        ("価格は**$5**です", "価格は<strong>$5</strong>です"),
        ("削除~~「甲」~~です", "削除<del>「甲」</del>です"),
        ("これは***「甲」***です", "これは<em><strong>「甲」</strong></em>です"),
        ("これは**~~「甲」~~**です", "これは<strong><del>「甲」</del></strong>です"),
        ("これは**「甲」と*「乙」*です**ね", "これは<strong>「甲」と<em>「乙」</em>です</strong>ね"),
        ("葛\u{E0100}**(甲)**です", "葛\u{E0100}<strong>(甲)</strong>です"),
        ("「\u{FE00}**(甲)**です", "「\u{FE00}<strong>(甲)</strong>です"),
        ("a**〔b〕**c", "a<strong>〔b〕</strong>c"),
        ("ไทย**\"ก\"**ขค", "ไทย<strong>&quot;ก&quot;</strong>ขค"),
        ("ខ្មែរ**(ក)**ខ", "ខ្មែរ<strong>(ក)</strong>ខ"),
        ("**（ａ）**b", "<strong>（ａ）</strong>b"),
    ] {
        assert_eq!(whole(text), format!("<p>{html}</p>"), "{text}");
    }
}

#[test]
fn what_stands_between_two_emphasised_parts_is_not() {
    assert_eq!(whole("**「甲」**と**「乙」**です"), "<p><strong>「甲」</strong>と<strong>「乙」</strong>です</p>");
    assert_eq!(whole("他说*“甲”*和*“乙”*。"), "<p>他说<em>“甲”</em>和<em>“乙”</em>。</p>");
    assert_eq!(whole("~~（甲）~~と~~（乙）~~"), "<p><del>（甲）</del>と<del>（乙）</del></p>");
    assert_eq!(whole("| **「甲」**と**「乙」**は |\n|---|\n").matches("<strong>").count(), 2);
}

#[test]
fn elsewhere_the_rules_are_the_original_ones() {
    for text in ["a**\"b\"**c", "** 「a」**", "**「a」 **", "は_「甲」_と", "a*(b)*c", "x**🎉**y"] {
        assert!(!whole(text).contains("<strong>") && !whole(text).contains("<em>"), "{text}");
    }
    assert_eq!(whole("「_甲_」"), "<p>「<em>甲</em>」</p>");
}

#[test]
fn code_addresses_and_formulas_keep_every_character() {
    for text in ["は**「甲」**と", "~「甲」~ 5", "は*（乙）*と~~「丙」~~は"] {
        assert_eq!(whole(&format!("`{text}`")), format!("<p><code>{text}</code></p>"));
        assert!(whole(&format!("- ```\n  {text}\n  ```")).contains(&format!("<code>{text}\n</code>")));
        assert!(whole(&format!("    {text}\n")).contains(&format!("<code>{text}\n</code>")));
        assert!(whole(&format!("<i title=\"{text}\">")).contains(text));
        assert_eq!(whole(&format!("\\(x{text}\\)")), format!("<p><span class=\"math\" data-tex>x{text}</span></p>"));
        assert_eq!(whole(&format!("\\[\nx{text}\n\\]")), format!("<div class=\"math\" data-tex>x{text}</div>"));
        assert_eq!(whole(&format!("$${text}$$")), format!("<div class=\"math\" data-tex>{text}</div>"));
        let html = whole(&format!("[a](<https://b.c/{text}>)"));
        assert!(html.contains(&format!("https://b.c/{text}\"")), "{html}");
    }
}
