//! At every moment an answer looks like an answer: what is seen of a text that is cut off anywhere is the start of what is seen of the
//! whole.
//!
//! Each character that isn't blank is compared, with the markup around it. Missing may only be the end; a link whose
//! address hasn't come; and that a paragraph is a heading or the head of a table, which the line after it says.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::tokens::{Token, tokens};
use super::*;

/// Texts that are complete, of all that an answer is made of.
const TEXTS: &[&str] = &[
    "Some **bold *and italic* text** with `code`, ~~gone~~ and __more__ _of it_.",
    "***both*** and **bold *inner***, *it **bo***, and ***it** then* end.",
    "about ~100k users. Then ~200k, or (~5), ~a~ and H~2~O; ~~really ~5 gone~~ but ~~~not~~~ this.",
    "**~5 and** then **~6~ more**, _approx_~7 ~_x_",
    "2 * 3 = 6, snake_case_name and __init__ and 5 * (a_b).\n\nSo 2*3 is 6.\n\nSo 2**10 is *much*.\n\nIs a*b f(x)?",
    "Is f(x)*g(x) more?\n\nIs x*2 or **not**?",
    "A [link](https://a.b/c_(d) \"a (title)\"), [one](<https://e.f/g h>), [two](https://a.b 'x)y') and [three](/x).",
    "[**bold** and `code`](https://a.b/c) begins, and ![a *cat*](https://a.b/c.png) ends.",
    "[![badge](https://a.b/c.svg)](https://d.e) and [a [b] c](https://f.g).",
    "See [1], [note] and array[0], x[i](y z), [0, 1) and (0, 1], [^x], [ ] or [].",
    "[a]: https://b.c \"A title\"\n\nUse [a], [text][a] and [b][c] here.",
    "Visit https://a.b/c?d=e&f=g, www.x.org, <https://u.v/w_x>, or write to me_too@b.org!",
    "`a`, ``b`c``, ``` ` ```, `` `x` `` and `\\`; `a` `` b ``.",
    "AT&T &amp; co, &copy; &#169; &unknown; a < b > c, <b>not</b> <br /> tags & co.",
    "Escaped \\*stars\\*, \\_lines\\_, \\`code_spans\\`, \\[brackets\\], \\# and \\\\ too\\.",
    "A hard  \nbreak, a\\\nsecond and a soft\none.",
    "# One\n\n## Two ##\n\n### C# and F#\n\nSetext\n===\n\nOther *one*\n---\n\n#tag #",
    "Before\n\n---\n\n***\n\n* * *\n\n_ _ _\n\nAfter",
    "- one\n- **two**\n  - deep\n  - `er`\n- three\n\n1. a\n2. b\n   more\n10. c\n\n* x\n\n  y\n+ z",
    "- [ ] to do\n- [x] done\n- [link](https://a.b)\n- [X] **bold**",
    "2024 was good.\n\n42\n\n1.5 million\n\n- 7 items\n- 1986. A year",
    "> quote\n> **goes** on\n>\n> - in a list\n\n> > deeper\n\nout",
    "```rust\nlet a = \"**b**\";\n```\n\n~~~\n[x](y\n~~~\n\n````md\n```\n````\n\n- ```sh\n  echo $HOME `x`\n  ```\n",
    "    indented **code** x[y] $z\n    a `b\n\nafter",
    "    indented *code*\n\n    more\n```\nfenced\n```\n\n    indented\n2. two",
    "[![MIT](https://a.b/c.svg)](./LICENSE) and [![docs](https://a.b/c.svg)](https://d.e).",
    "<details>\n<summary>A *b*</summary>\n\n**in**\n\n</details>\n\n<div class=\"x\">**y**</div>",
    "| a | b |\n|---|:-:|\n| 1 | **2** |\n| `x\\|y` | ~~3~~ |\n| 4 \\| 5 **6** | [l](https://a.b) |\n\nafter",
    "Name | Age\n--- | ---\n*Ann* | 30\nBob | 31\n\nafter a | b of it",
    "- item\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |\n\n> | c |\n> |---|\n> | d |\n",
    "| a<br>b | c<br />d <BR> |\n|---|---|\n| e<br/>f | <br class=\"x\"> |\n",
    "As a table:\na | b\n---|---\n1 | 2\n\nText\nwith | bars\n\nThis:\nx | y | z\n-|-|-\n",
    "See [a][1], [**b** `c`][two] and ![d][1]; [e][] and [2].\n\n[1]: https://b.c\n[two]: https://d.e\n[e]: <https://f.g>\n[2]: https://h.i\n",
    "Note.[^note] More[^2].\n\n[^note]: The note.\n[^2]: Two.\n",
    "So a*b*c, 5*3*2 and foo*bar*baz; x**y**z.",
    "As a table:\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "Inline $x_1 + y$ and \\(a \\cdot b_{i}\\), $\\frac{a}{b}$, $ABC$ and $2x + 3$, $AB = CD$, $x$; $\\text{if } y$.",
    "\\[\n\\begin{cases} a & \\text{if } b \\\\ c & d \\end{cases}\n\\]\n\n$$\n\\frac{a}{b + {c}}\n=\n- d\n$$\n\nSo \\[ \\left\\{ x \\right\\} \\] and $$y^{2}$$ end.",
    "$$\\sum_{i=1}^{n} {i}$$\n\n- In a list \\(\\frac{1}{2}\\) and\n\n  $$\n  {x}\n  $$\n",
    "It costs $5 and $10, US$5 to US$6, **$5** to **$10**, $1,000–$2,000, $5.",
    "Set $HOME and $PATH to it; $AAPL rose by 5 while a $ b. \\$x is **money**. $$ is cheap and good.",
    "\\(\\) and \\[\\] and \\(+\\) are nothing.",
    "这是**“你好”**的意思，**重要：**请看*《书》*。他说**「甲」**と**「乙」**です。",
    "これは**「引用」**です。**テスト。**次は~~「削除」~~の**`コード`**と*（注）*でした。",
    "이것은 **스크립트(script)**라고 하며 **‘따옴표’**는 *(예)*입니다.",
    "见https://m.n/o。「https://a.b/c」と『https://d.e』、https://f.g—也…https://h.i…",
    "Emoji 👩‍👩‍👧 **🎉 party** é ñ, עברית **מודגש** ו-`קוד`, العربية *مائل* نص.",
    "[^1]: The **note**.\n[^two]: Two.\n\nNote.[^1] More[^two].\n",
    "Note.[^1] More[^22].\n\n[^1]: The **note**.\n[^22]: Two.\n",
    "Text\n- list *after* text\n- more\n\nText\n1. one\n2. two\n\nEnd * of ** it _ all ~",
];

/// The start of the first line, and of the others, in a block.
const BLOCKS: [(&str, &str); 5] = [("- ", "  "), ("1. ", "   "), ("> ", "> "), ("> - ", ">   "), ("Before.\n\n", "")];

/// A character, and what is around it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    c: char,
    blocks: Vec<String>,
    marks: Vec<String>,
    is_link: bool,
}

/// All that is seen of `html`.
fn seen(html: &str) -> Vec<Seen> {
    let mut out = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for token in tokens(html).unwrap() {
        match token {
            Token::Open { name, attributes } => {
                let class = attributes.iter().find(|(key, _)| key == "class").map_or("", |(_, value)| value);
                match name.as_str() {
                    "br" | "hr" | "input" => push(&mut out, '\u{FFFC}', &open, &name),
                    "li" => {
                        open.push(name);
                        push(&mut out, '\u{2022}', &open, "");
                    }
                    "span" | "div" => open.push([name.as_str(), " ", class].concat()),
                    _ => open.push(name),
                }
            }
            Token::Close(_) => _ = open.pop(),
            Token::Text(_) if open.iter().any(|name| name == "figcaption") => {}
            Token::Text(text) => text.chars().filter(|c| !c.is_whitespace()).for_each(|c| push(&mut out, c, &open, "")),
        }
    }
    out
}

fn push(out: &mut Vec<Seen>, c: char, open: &[String], own: &str) {
    const MARKS: [&str; 6] = ["em", "strong", "del", "code", "sup", "span math"];
    let is_mark = |name: &&String| MARKS.contains(&name.as_str()) || name.contains("math");
    let mut marks: Vec<String> =
        open.iter().filter(is_mark).map(|name| name.replace("div", "span").replace(" display", "")).collect();
    marks.sort();
    marks.push(own.into());
    let is_block =
        |name: &&String| !is_mark(name) && !["a", "p", "tr", "thead", "tbody", "div table"].contains(&name.as_str());
    let blocks = open.iter().filter(is_block).cloned().collect();
    out.push(Seen { c, blocks, marks, is_link: open.iter().any(|name| name == "a") });
}

/// Whether a block may turn out to be another: a paragraph a heading or the head of a table.
fn may_become(part: &[String], whole: &[String]) -> bool {
    let head = |name: &str| matches!(name, "h1" | "h2" | "table" | "th");
    let rest = whole.strip_prefix(part);
    rest.is_some_and(|rest| rest.iter().all(|name| head(name)))
}

/// The fault of `part`, if it isn't the start of `whole`.
fn fault(part: &[Seen], whole: &[Seen]) -> Option<String> {
    let show = |seen: &[Seen]| seen.iter().map(|seen| seen.c).collect::<String>();
    for (at, one) in part.iter().enumerate() {
        let Some(other) = whole.get(at) else {
            return Some(format!("{:?} is too much", show(&part[at..])));
        };
        let links = !one.is_link || other.is_link;
        if one.c != other.c || one.marks != other.marks || !links || !may_become(&one.blocks, &other.blocks) {
            return Some(format!("{:?}: {one:?} instead of {other:?}", show(&part[..at])));
        }
    }
    None
}

/// Every fault of `text`, by where it was cut off.
fn faults(text: &str) -> Vec<String> {
    let whole_html = whole(text);
    let all = seen(&whole_html);
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let (pages, _) = stream(chars.iter().map(|(at, c)| &text[*at..at + c.len_utf8()]));
    let mut faults = Vec::new();
    for ((at, c), html) in chars.iter().zip(&pages) {
        check(html);
        if let Some(fault) = fault(&seen(html), &all) {
            faults.push(format!("{:?}\n    {fault}\n    {html}\n    {whole_html}", &text[..at + c.len_utf8()]));
        }
    }
    faults
}

fn assert_no_faults<'a>(texts: impl IntoIterator<Item = &'a str>) {
    let faults: Vec<String> = texts.into_iter().flat_map(faults).collect();
    let (count, few) = (faults.len(), faults.into_iter().take(20).collect::<Vec<_>>());
    assert!(count == 0, "{count} faults:\n{}", few.join("\n"));
}

#[test]
fn every_prefix_is_the_start_of_the_whole() {
    assert_no_faults(TEXTS.iter().copied());
}

#[test]
fn every_prefix_is_the_start_of_the_whole_in_any_block() {
    let wrapped = |text: &str, first: &str, other: &str| {
        let lines = text.split('\n').enumerate();
        lines.map(|(at, line)| [if at == 0 { first } else { other }, line, "\n"].concat()).collect::<String>()
    };
    let texts: Vec<String> =
        TEXTS.iter().flat_map(|text| BLOCKS.map(|(first, other)| wrapped(text, first, other))).collect();
    assert_no_faults(texts.iter().map(String::as_str));
}

#[test]
fn every_prefix_is_the_start_of_the_whole_in_headings_cells_and_emphasis() {
    let lines = TEXTS.iter().filter(|text| !text.contains('\n'));
    let texts: Vec<String> = lines
        .flat_map(|text| {
            [format!("## {text}\n\nafter"), format!("| a | {text} | b |\n|---|---|---|\n| c | {text} | d |\n")]
        })
        .collect();
    assert_no_faults(texts.iter().map(String::as_str));
}

/// The parts of a paragraph.
const WORDS: &[&str] = &[
    "word",
    "**bold**",
    "*it*",
    "_it_",
    "***both***",
    "**a *b* c**",
    "`code`",
    "``a`b``",
    "~~gone~~",
    "~5",
    "~10k",
    "$5",
    "$x_1$",
    "\\(y^{2}\\)",
    "[link](https://a.b/c_(d))",
    "![i](https://a.b/c.png)",
    "[1]",
    "x[0]",
    "2 * 3",
    "a_b",
    "&amp;",
    "\\*",
    "<b>",
    "a < b",
    "https://a.b/c",
    "**「引用」**",
    "は**「甲」**と",
    "*（乙）*です",
    "(**x**)",
    "\"*y*\"",
    "**`z`**",
    "**$5**",
    "1",
    "-",
    "+",
    "🎉",
    "**עברית**",
    "C#",
    "!",
    "…",
    "(a | b)",
    "`a|b`",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_prefix_of_any_paragraph_is_the_start_of_it(
        words in vec(select(WORDS), 1..12),
        joints in vec(select(&[" ", " ", " ", "\n", "", ", "][..]), 12),
        start in select(&["", "- ", "> ", "# ", "1. ", "| a | "][..]),
    ) {
        let mut text = String::from(start);
        for (word, joint) in words.iter().zip(joints) {
            text.push_str(if start.starts_with('|') && word.contains('|') { "-" } else { word });
            text.push_str(if start.starts_with(['#', '|']) || joint.is_empty() { " " } else { joint });
        }
        if start.starts_with('|') {
            text.push_str("|\n|---|---|\n");
        }
        let faults = faults(&text);
        prop_assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
