//! The blocks of an answer that are final, a few at a time in a part of their own. The browser leaves out whatever part
//! isn't in view, so that a frame costs the same at the end of a long answer as at its beginning.
//!
//! A part may be left out once it is full and has been laid out, and never before: so its height is known, and nothing
//! moves when it leaves the window or comes back. A short answer is always there as a whole.

use leptos::{prelude::document, web_sys::Element};

/// How many blocks a part has. It is full then.
const BLOCKS: u32 = 24;

/// Puts blocks before the tail. Returns the parts that they have come into.
pub(super) fn freeze(tail: &Element, html: &str) -> Vec<Element> {
    settle(tail);
    let mut parts = Vec::new();
    let Ok(new) = document().create_element("div") else { return parts };
    new.set_inner_html(html);
    while let Some(block) = new.first_element_child() {
        if parts.is_empty() || parts.last().is_some_and(is_full) {
            let Some(part) = open(tail) else { return parts };
            parts.push(part);
        }
        if let Some(part) = parts.last() {
            _ = part.append_child(&block);
        }
    }
    parts
}

/// The block at this place, counted from the first, and whether it may still grow: final ones stand before the tail.
pub(super) fn block(answer: &Element, at: u32) -> Option<(Element, bool)> {
    let parts = answer.children();
    let tail = answer.last_element_child()?;
    let part = parts.item(at / BLOCKS).filter(|part| !part.is_same_node(Some(&tail)));
    if let Some(block) = part.and_then(|part| part.children().item(at % BLOCKS)) {
        return Some((block, false));
    }
    let last = tail.previous_element_sibling().map_or(0, |part| part.child_element_count());
    let ended = parts.length().saturating_sub(2) * BLOCKS + last;
    let growing = tail.children();
    let at = at.checked_sub(ended)?;
    growing.item(at).map(|block| (block, at + 1 == growing.length()))
}

/// Lets the browser leave out the full parts of the frames before this one.
fn settle(tail: &Element) {
    let mut before = tail.previous_element_sibling();
    while let Some(part) = before.filter(|part| !part.has_attribute("data-full")) {
        if is_full(&part) {
            _ = part.set_attribute("data-full", "");
        }
        before = part.previous_element_sibling();
    }
}

/// The part that has room, right before the tail.
fn open(tail: &Element) -> Option<Element> {
    if let Some(part) = tail.previous_element_sibling().filter(|part| !is_full(part)) {
        return Some(part);
    }
    let part = document().create_element("div").ok()?;
    part.set_class_name("part");
    tail.before_with_node_1(&part).ok()?;
    Some(part)
}

fn is_full(part: &Element) -> bool {
    part.child_element_count() >= BLOCKS
}
