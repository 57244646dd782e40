use super::*;
use crate::typeset::{
    formula::sanitise::allowed::{ATTRIBUTES, ELEMENTS},
    schedule::stack::with_a_large_stack,
};
use proptest::prelude::*;

fn inline(latex: &str) -> Option<String> {
    with_a_large_stack(|| mathml(latex, false))?
}

#[test]
fn a_formula_is_one_math_element() {
    assert_eq!(inline("x^2").as_deref(), Some("<math><msup><mi>x</mi><mn>2</mn></msup></math>"));
    assert_eq!(mathml("x", true).as_deref(), Some(r#"<math display="block"><mi>x</mi></math>"#));
}

#[test]
fn what_models_write_is_known() {
    for latex in [
        r"\frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
        r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}",
        r"\sum_{k=1}^n \binom{n}{k} \lim_{n\to\infty} \prod_i \max_{x \in S}",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\begin{align*} a &= b \\ c &= d \end{align*}",
        r"\begin{equation} a = b \tag{1} \end{equation}",
        r"\begin{split} a &= b \\ &= c \end{split}",
        r"f(x) = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix} \begin{smallmatrix} a & b \end{smallmatrix}",
        r"\begin{array}{c|cc} a & b & c \\ \hline d & e & f \end{array}",
        r"\boxed{E = mc^2}",
        r"\boxed{\text{yes}} \boxed{\begin{aligned} a &= b \\ c &= d \end{aligned}}",
        r"\sum_{\substack{i<n \\ j<m}} a_{ij}",
        r"\textcolor{red}{x} + {\color{blue} y}",
        r"\mathbb{R}^n \mathcal{L} \mathfrak{g} \mathrm{d}x \mathbf{v} \boldsymbol{\alpha} \bm{x} \mathscr{F}",
        r"\hat{x} \vec{v} \overline{AB} \underbrace{a+b}_{n} \overset{!}{=} \xrightarrow{f} \cancel{x}",
        r"\operatorname{softmax}(x) \operatorname*{argmax}_x \left( \frac12 \right) \bigl[ x \bigr] \|x\|",
        r"\textbf{x} \text{a b} 50\% a \neq b \implies c \quad \dots \cdots \ldots \vdots",
    ] {
        assert!(inline(latex).is_some(), "{latex}");
    }
}

#[test]
fn what_makes_no_sense_is_left_alone() {
    for latex in
        [r"\frac", r"\left(", "x^", "}", "{", r"\begin{matrix}", r"\nonsense{x}", "x_1_2", r"\end{x}", r"\ce{H2O}"]
    {
        assert_eq!(inline(latex), None, "{latex}");
    }
}

#[test]
fn nothing_is_smuggled_into_the_page() {
    for latex in [
        r"\href{javascript:alert(1)}{x}",
        r"\url{javascript:alert(1)}",
        r"\class{composer}{x}",
        r"\style{background:url(//evil)}{x}",
        r"\cssId{a}{x}",
        r"\htmlData{a=b}{x}",
        r"\includegraphics{//evil/x.png}",
        r"\require{html}x",
        r"\unicode{x3c}script",
        r"\char60 script",
        r"\text{<script>alert(1)</script>}",
        r"<img src=x onerror=alert(1)>",
        r"\text{</mtext></math><img src=x onerror=alert(1)>}",
        r"\mathrm{<img>}",
        r"\operatorname{<img src=x>}",
        r"\color{#fff;background:url(x)}x",
        r"\textcolor{red;x:y}{z}",
        "\\color{\"onclick=x}y",
        "\\label{x\" onclick=\"y}z",
        r"\begin{equation}x\label{a}\end{equation}\ref{a}\eqref{a}",
        r"\tag{<b onclick=x>}",
        r"\begin{array}{<img>}x\end{array}",
        r"\begin{<img>}x\end{<img>}",
        r"\hspace{1em;x:url(y)}z",
        r"\rule{1em}{1em}",
        r"\verb|<script>|",
        r"&lt;script&gt;",
        r"\def\x{\x\x}\x",
        r"\newcommand{\x}{\x\x}\x",
        r"\boxed{\boxed{<script>}}",
    ] {
        for html in [inline(latex), mathml(latex, true)].into_iter().flatten() {
            assert!(is_mathml_alone(&html), "{latex}: {html}");
        }
    }
}

/// Elements of MathML, with attributes that say how they look.
fn is_mathml_alone(html: &str) -> bool {
    const SAFE: [&str; 3] = ["class", "mathcolor", "frame"];
    let tags = html.split('<').skip(1).map(|piece| piece.split_once('>').unwrap().0.trim_start_matches('/'));
    let mut words = tags.map(|tag| {
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = attributes.split_terminator("\" ").map(|attribute| attribute.split_once("=\"").unwrap());
        ELEMENTS.contains(&name)
            && attributes.all(|(name, value)| {
                let value = value.trim_end_matches('"');
                let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+%# ".contains(&byte));
                (ATTRIBUTES.contains(&name) || SAFE.contains(&name)) && is_plain
            })
    });
    words.all(|is_safe| is_safe)
}

#[test]
fn a_box_has_four_sides() {
    let html = inline(r"\boxed{x}").unwrap();
    let mtable = r#"<mtable frame="below" displaystyle="false" scriptlevel="0" class="mbl mbt">"#;
    assert_eq!(html, format!(r#"<math>{mtable}<mtr><mtd class="mbr"><mi>x</mi></mtd></mtr></mtable></math>"#));
}

#[test]
fn equations_have_the_numbers_that_they_are_given_and_no_others() {
    assert!(!inline(r"\begin{equation} x \end{equation}").unwrap().contains('1'));
    assert!(!inline(r"\begin{align} x \\ y \end{align}").unwrap().contains("(1)"));
    assert!(inline(r"\begin{align} x \tag{7} \end{align}").unwrap().contains("(7)"));
}

#[test]
fn the_deepest_hole_ends_neither_the_stack_nor_the_patience() {
    for (left, right) in [
        ("{", "}"),
        ("{", ""),
        ("[", "]"),
        ("(", ")"),
        ("x^{", "}"),
        ("x_", "x"),
        ("\\sqrt", "x"),
        ("\\sqrt[", "]"),
        ("\\frac1", "x"),
        ("\\boxed{", "}"),
        ("\\left(", "\\right)"),
        ("\\begin{matrix}", "\\end{matrix}"),
        ("\\text{$", "$}"),
        ("\\mathbf", "x"),
        ("\\overset", "x"),
        ("\\not", "x"),
        ("\\color{red}", ""),
        ("\\displaystyle", ""),
        ("\\substack{\\textcolor{red}{", "}}"),
        ("'", ""),
        ("x", ""),
        ("1", ""),
        ("<", ""),
        ("&", ""),
        ("|", ""),
        ("%\n", ""),
        ("~", ""),
        ("=", ""),
        ("-", ""),
        ("ü", ""),
    ] {
        for times in [DEEPEST / left.matches(|c| "\\{[(^_".contains(c)).count().max(1), LONGEST / left.len()] {
            _ = inline(&(left.repeat(times) + &right.repeat(times)));
            _ = inline(&left.repeat(times));
        }
    }
}

#[test]
fn a_formula_as_long_as_none_is_is_left_alone() {
    assert!(inline(&"x+".repeat(LONGEST / 2)).is_none_or(|html| html.len() < 1024 * 1024));
    assert_eq!(inline(&"x".repeat(LONGEST + 1)), None);
    assert_eq!(inline(&"{}".repeat(DEEPEST + 1)), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_nothing_but_mathml_comes_out(
        latex in r"(\\[a-z]{1,9}|\\(frac|sqrt|left|right|text|begin|end|color|boxed|substack|tag|label|hline)|\{(matrix|array|align|cases)\}|[{}\[\]()^_&$%#~<>|]|\\\\|[a-z0-9 ]|\PC){0,40}",
    ) {
        if let Some(html) = inline(&latex) {
            prop_assert!(is_mathml_alone(&html), "{}", html);
        }
    }
}
