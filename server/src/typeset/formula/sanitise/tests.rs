use super::*;

#[test]
fn what_is_on_the_list_passes_and_nothing_else() {
    for (given, left) in [
        (r#"<math display="block"><mi>x</mi></math>"#, Some(r#"<math display="block"><mi>x</mi></math>"#)),
        ("<math><mspace width=\"1em\"/></math>", Some("<math><mspace width=\"1em\"></mspace></math>")),
        ("<math><mtext>a &lt; b</mtext></math>", Some("<math><mtext>a &lt; b</mtext></math>")),
        ("<math><mtext><b>x</b></mtext></math>", Some("<math><mtext class=\"mbold\">x</mtext></math>")),
        ("<math><mtext><a href=\"#eq\">(1)</a></mtext></math>", Some("<math><mtext>(1)</mtext></math>")),
        ("<math><script>x</script></math>", Some("<math>x</math>")),
        ("<math onclick=\"x()\" href=\"y\" id=\"z\"></math>", Some("<math></math>")),
        ("<math><mi width=\"javascript:x\" class=\"composer\">x</mi></math>", Some("<math><mi>x</mi></math>")),
        (
            "<math><mtd style=\"text-align: right;background: url(x);padding-right: 0;\"></mtd></math>",
            Some("<math><mtd class=\"mr mpr\"></mtd></math>"),
        ),
        (
            "<math><mrow style=\"color:#FF0000;\"></mrow></math>",
            Some("<math><mrow mathcolor=\"#FF0000\"></mrow></math>"),
        ),
        ("<math><mi></math></mi>", None),
        ("<math><mi>", None),
        ("<math", None),
        ("</math>", None),
        ("<math></math><math></math>", None),
        ("<math></math> and more", None),
        ("more <math></math>", None),
        ("<mi></mi>", None),
        ("<math width></math>", None),
        ("<math width=x></math>", None),
        ("", None),
    ] {
        assert_eq!(sanitised(given).as_deref(), left, "{given}");
    }
}

#[test]
fn no_browser_is_asked_to_go_too_deep() {
    let nested = |depth: usize| format!("<math>{}{}</math>", "<mrow>".repeat(depth), "</mrow>".repeat(depth));
    assert!(sanitised(&nested(DEEPEST - 1)).is_some());
    assert!(sanitised(&nested(DEEPEST)).is_none());
}
