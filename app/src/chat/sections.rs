//! The blocks of an answer that are final, a few at a time in a section of their own. The browser leaves out whatever section
//! isn't in view, so that a frame costs the same at the end of a long answer as at its beginning.
//!
//! A section may be left out once it is full and has been laid out with all that was typeset in it, and never before: so its
//! height is known, and nothing moves when it leaves the window or comes back. A short answer is always there as a whole.

use leptos::{prelude::document, web_sys::Element};

/// How many blocks a section has. It is full then.
const BLOCKS: u32 = 24;

/// Puts blocks before the tail. Returns the sections that they have come into.
pub(super) fn freeze(tail: &Element, html: &str) -> Vec<Element> {
    settle(tail);
    let mut sections = Vec::new();
    let Ok(new) = document().create_element("div") else { return sections };
    new.set_inner_html(html);
    while let Some(block) = new.first_element_child() {
        if sections.is_empty() || sections.last().is_some_and(is_full) {
            let Some(section) = open(tail) else { return sections };
            sections.push(section);
        }
        if let Some(section) = sections.last() {
            _ = section.append_child(&block);
        }
    }
    sections
}

/// The block at this place, counted from the first, and whether it may still grow: final ones stand before the tail.
pub(super) fn block(answer: &Element, at: u32) -> Option<(Element, bool)> {
    let sections = answer.children();
    let tail = answer.last_element_child()?;
    let section = sections.item(at / BLOCKS).filter(|section| !section.is_same_node(Some(&tail)));
    if let Some(block) = section.and_then(|section| section.children().item(at % BLOCKS)) {
        return Some((block, false));
    }
    let last = tail.previous_element_sibling().map_or(0, |section| section.child_element_count());
    let ended = sections.length().saturating_sub(2) * BLOCKS + last;
    let growing = tail.children();
    let at = at.checked_sub(ended)?;
    growing.item(at).map(|block| (block, at + 1 == growing.length()))
}

/// The code of a code block: a long one stands in several blocks.
pub(super) fn code_of(first: Element) -> String {
    let (mut code, mut part) = (String::new(), Some(first));
    while let Some(block) = part {
        let text = block.query_selector("code").ok().flatten().and_then(|text| text.text_content());
        code.push_str(&text.unwrap_or_default());
        part = next(&block).filter(|next| next.class_list().contains("more"));
    }
    code
}

/// The block after this one: in its section, in the next, or in the tail.
fn next(block: &Element) -> Option<Element> {
    block.next_element_sibling().or_else(|| block.parent_element()?.next_element_sibling()?.first_element_child())
}

/// Lets the browser leave out the full sections of the frames before this one.
fn settle(tail: &Element) {
    let mut before = tail.previous_element_sibling();
    while let Some(section) = before {
        if is_full(&section) && !section.has_attribute("data-full") && !is_waiting(&section) {
            _ = section.set_attribute("data-full", "");
        }
        before = section.previous_element_sibling();
    }
}

/// Whether something in it is being typeset, and may still change its height.
fn is_waiting(section: &Element) -> bool {
    section.query_selector("[data-set='']").is_ok_and(|waiting| waiting.is_some())
}

/// The section that has room, right before the tail.
fn open(tail: &Element) -> Option<Element> {
    if let Some(section) = tail.previous_element_sibling().filter(|section| !is_full(section)) {
        return Some(section);
    }
    let section = document().create_element("div").ok()?;
    section.set_class_name("section");
    tail.before_with_node_1(&section).ok()?;
    Some(section)
}

fn is_full(section: &Element) -> bool {
    section.child_element_count() >= BLOCKS
}
