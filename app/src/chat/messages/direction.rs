//! Gives each block its text direction, since an answer may quote another script. Code and formulas are left to right, and
//! translators skip them.

/// Blocks that contain blocks.
const CONTAINERS: [&str; 5] = ["ul", "ol", "blockquote", "table", "div"];
/// Blocks that contain text.
const LEAVES: [&str; 7] = ["p", "h1", "h2", "h3", "h4", "h5", "h6"];

/// Adds `dir="auto"` to each block in HTML from [`markdown`](crate::markdown), which gives it the direction of its first
/// letter.
///
/// An element with `dir` doesn't count for its parent's direction, so the text blocks in a list or a quote get none. The
/// style sheet sets theirs (`unicode-bidi: plaintext`). Code and formulas have `dir`, so a sentence that begins with one
/// follows its words. See <https://html.spec.whatwg.org/multipage/dom.html#the-dir-attribute>.
pub(crate) fn add_direction(html: &mut String) {
    let mut directed = String::with_capacity(html.len() + html.len() / 8);
    let (mut rest, mut depth) = (html.as_str(), 0_usize);
    while let Some(at) = rest.find('<').map(|at| at + 1) {
        let (before, tag) = rest.split_at(at);
        directed.push_str(before);
        rest = tag;
        let has_name = |name: &&&str| is_tag(tag.trim_start_matches('/'), name);
        if let Some(name) = CONTAINERS.iter().find(has_name) {
            if tag.starts_with('/') {
                depth = depth.saturating_sub(1);
                continue;
            }
            depth += 1;
            rest = push_with_direction(&mut directed, tag, name);
        } else if is_tag(tag, "code") {
            directed.push_str("code translate=\"no\" dir=\"ltr\"");
            rest = &tag["code".len()..];
        } else if let Some(name) = LEAVES.iter().find(has_name).filter(|_| depth == 0 && !tag.starts_with('/')) {
            rest = push_with_direction(&mut directed, tag, name);
        } else if tag.starts_with("span class=\"math") {
            directed.push_str("span dir=\"ltr\"");
            rest = &tag["span".len()..];
        }
    }
    directed.push_str(rest);
    *html = directed.replace(" data-tex>", " data-tex translate=\"no\">");
}

/// Writes the tag's name and `dir="auto"`. Returns the rest after the name.
fn push_with_direction<'a>(directed: &mut String, tag: &'a str, name: &str) -> &'a str {
    directed.push_str(name);
    directed.push_str(" dir=\"auto\"");
    tag.get(name.len()..).unwrap_or_default()
}

fn is_tag(tag: &str, name: &str) -> bool {
    tag.strip_prefix(name).is_some_and(|rest| rest.starts_with(['>', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::to_html;

    fn directed(source: &str) -> String {
        let mut html = to_html("x", source);
        add_direction(&mut html);
        html
    }

    #[test]
    fn each_block_has_its_direction_and_code_has_none() {
        assert_eq!(directed("سلام"), "<p dir=\"auto\">سلام</p>");
        let html =
            directed("# A\n\n> B\n\n- C\n\n3. D\n\n| E |\n|---|\n| F |\n\n***\n\n```\nG\n```\n\n`H`[^1]\n\n[^1]: I\n");
        for block in ["<h1", "<blockquote", "<ul", "<ol", "<table", "<p", "<div"] {
            assert!(html.contains(&[block, " dir=\"auto\""].concat()), "{block} in {html}");
        }
        assert!(html.contains("<blockquote dir=\"auto\"><p>B"), "{html}");
        assert!(html.contains("<ol dir=\"auto\" start=\"3\">"), "{html}");
    }

    #[test]
    fn code_and_formulas_are_not_for_translators() {
        let html = directed("`a` and $b$\n\n```\nc\n```\n\n$$\nd\n$$");
        assert_eq!(html.matches("<code translate=\"no\"").count(), 2, "{html}");
        assert_eq!(html.matches(" data-tex translate=\"no\">").count(), 2, "{html}");
        assert!(!directed("a ` data-tex>` b").contains("data-tex translate"));
    }

    #[test]
    fn code_and_formulas_do_not_count_for_the_sentence_around_them() {
        assert!(directed("`npm i` سلام").contains("<p dir=\"auto\"><code translate=\"no\" dir=\"ltr\">npm i"));
        assert!(directed("- \\(x\\) سلام").contains("<span dir=\"ltr\" class=\"math\" data-tex"));
        assert!(directed("```rust\nG\n```\n").contains("dir=\"ltr\" data-lang=\"rust\""));
    }

    #[test]
    fn what_only_looks_like_a_tag_is_text() {
        let html = directed("a <p> b `<ul>`");
        assert_eq!(html.matches("dir=\"auto\"").count(), 1, "{html}");
    }
}
