//! The examples of the CommonMark specification 0.31.2 (`commonmark.json`, made from its `spec.txt`;
//! © John MacFarlane, [CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/)).
//!
//! Ours is compared with theirs after what differs on purpose has been made the same:
//! - a code block's frame and language are written differently;
//! - a link to anything but http, https and mailto is its text; an image is a link, or its text;
//! - addresses are compared with `%xx` decoded, and blanks between blocks aren't compared at all.
//!
//! Where the example has raw HTML, all that is asked is that none of it gets through.

use super::normal::normal;
use super::tokens::{Token, tokens};
use super::*;

/// Not the same, and why.
const EXCEPTIONS: &[(u64, &str)] = &[
    (573, LABEL),
    (576, LABEL),
    (577, LABEL),
    (585, LABEL),
    (589, LABEL),
    (602, ADDRESS),
    (606, ADDRESS),
    (608, ADDRESS),
    (611, ADDRESS),
    (612, ADDRESS),
];

const LABEL: &str = "the label of an image is no attribute here, and may be emphasised";
const ADDRESS: &str = "an address in the text is a link, as in GFM";

#[derive(serde::Deserialize)]
struct Example {
    #[serde(rename = "example")]
    number: u64,
    section: String,
    markdown: String,
    html: String,
}

fn examples() -> Vec<Example> {
    serde_json::from_str(include_str!("commonmark.json")).unwrap()
}

#[test]
fn the_examples_of_the_specification_come_out_as_it_says() {
    let (mut compared, mut raw, mut differ) = (0, 0, Vec::new());
    for example in examples() {
        let ours = whole(&example.markdown);
        let Some(theirs) = their_text(&example) else {
            raw += 1;
            continue;
        };
        compared += 1;
        let ours = normal(&tokens(&ours).unwrap());
        let known = EXCEPTIONS.iter().any(|(number, _)| *number == example.number);
        if (ours == theirs) == known {
            differ.push(format!("{}: {:?}\n  {ours}\n  {theirs}", example.number, example.markdown));
        }
    }
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
    assert_eq!((compared, raw), (572, 80), "compared, and with raw HTML");
}

#[test]
fn the_examples_come_out_the_same_in_any_piece_size() {
    for example in examples() {
        let expected = whole(&example.markdown);
        for size in [1, 2, 3, 7, 20] {
            let (seen, page) = stream(pieces(&example.markdown, size));
            assert_eq!(page.frozen, expected, "{}: {:?} in pieces of {size}", example.number, example.markdown);
            for html in &seen {
                check(html);
            }
        }
    }
}

fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut ends: Vec<usize> = text.char_indices().map(|(at, _)| at).step_by(size).skip(1).collect();
    ends.push(text.len());
    let mut start = 0;
    ends.into_iter().map(|end| &text[std::mem::replace(&mut start, end)..end]).collect()
}

/// The output that the specification expects, unless it contains raw HTML.
fn their_text(example: &Example) -> Option<String> {
    let html = ["HTML blocks", "Raw HTML"].contains(&example.section.as_str());
    let tokens = tokens(&example.html).ok().filter(|_| !html && !example.markdown.contains("<a href"))?;
    let known = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "hr", "br", "em", "strong"];
    let foreign = |token: &Token| match token {
        Token::Open { name, .. } => {
            !known.contains(&name.as_str()) && !["code", "pre", "a", "img"].contains(&name.as_str())
        }
        _ => false,
    };
    (!tokens.iter().any(foreign)).then(|| normal(&tokens))
}
