//! The final blocks of an answer, grouped into sections. The browser skips the layout of sections out of view, so a frame
//! costs the same at the end of a long answer as at its start.
//!
//! A section is skipped only once it is full and was laid out with all its typeset blocks. Its height is known then, so
//! nothing moves when it leaves the window or returns. A short answer has no full section.

use crate::chat::messages::patch_dom::{parse_html, patch_to};
use leptos::{
    prelude::document,
    web_sys::{Element, Node},
};

/// The most blocks in a section.
const MAX_BLOCKS: u32 = 24;

/// A section with more text than this is full, too. The browser lays out a whole section when it comes into view, and WebKit
/// takes more than a second for 24 parts of a giant table.
const MAX_TEXT_BYTES: usize = 8 * 1024;

/// Inserts final blocks before the tail. Blocks of the tail that became final are reused. Adds the blocks to `blocks`.
/// Returns the sections with new blocks.
pub(crate) fn append_final(tail: &Element, html: &str, blocks: &mut Vec<Node>) -> Vec<Element> {
    release_full(tail);
    let mut sections = Vec::new();
    let Some(new) = parse_html(html) else { return sections };
    while let Some(block) = new.first_element_child() {
        if sections.is_empty() || sections.last().is_some_and(is_full) {
            let Some(section) = section_with_room(tail) else { return sections };
            sections.push(section);
        }
        block.remove();
        let block = reuse_or_replace(tail, block);
        if let Some(section) = sections.last() {
            _ = section.append_child(&block);
            close_if_full(section);
        }
        blocks.push(block.into());
    }
    sections
}

/// The first block of the tail, if it could be updated to this one. Otherwise this one, which replaces it.
fn reuse_or_replace(tail: &Element, block: Element) -> Element {
    match tail.first_element_child() {
        Some(there) if patch_to(&there, &block) => there,
        Some(there) => {
            there.remove();
            block
        }
        None => block,
    }
}

/// Moves all final blocks back into the tail, where they can change.
pub(crate) fn return_to_tail(tail: &Element) {
    while let Some(section) = tail.previous_element_sibling() {
        while let Some(block) = section.last_element_child() {
            _ = tail.insert_before(&block, tail.first_child().as_ref());
        }
        section.remove();
    }
}

/// The position of a block among all blocks of an answer. It stays the same when the block becomes final.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BlockPosition {
    /// The index of the answer's child with the block: a section, or the tail.
    section: u32,
    /// The index of the block in that section. It counts on into the tail until the section is full.
    block: u32,
}

impl BlockPosition {
    /// The position of the next block.
    pub(crate) const fn next(self) -> Self {
        Self { section: self.section, block: self.block + 1 }
    }

    /// The position after the last final block.
    pub(crate) fn after_final(answer: &Element) -> Self {
        let tail = answer.last_element_child();
        let last = tail.and_then(|tail| tail.previous_element_sibling());
        let block = last.map_or(0, |section| section.child_element_count());
        Self { section: answer.child_element_count().saturating_sub(2), block }
    }

    /// The block at this position, and whether it may still grow. Only the last block of the tail may.
    pub(crate) fn find(&mut self, answer: &Element) -> Option<(Element, bool)> {
        let (sections, tail) = (answer.children(), answer.last_element_child()?);
        loop {
            let section = sections.item(self.section)?;
            if let Some(block) = section.children().item(self.block) {
                let is_growing = section.is_same_node(Some(&tail)) && block.next_element_sibling().is_none();
                return Some((block, is_growing));
            }
            let count = section.child_element_count();
            if !is_full(&section) {
                let at = self.block.checked_sub(count).filter(|_| !section.is_same_node(Some(&tail)))?;
                let growing = tail.children();
                return growing.item(at).map(|block| (block, at + 1 == growing.length()));
            }
            (self.section, self.block) = (self.section + 1, self.block - count);
        }
    }
}

/// The code of a code block without line ends after it, since a terminal would run the pasted line. A long block has several
/// parts.
pub(crate) fn code_text(first: Element) -> String {
    let (mut code, mut part) = (String::new(), Some(first));
    while let Some(block) = part {
        let text = block.query_selector("code").ok().flatten().and_then(|text| text.text_content());
        code.push_str(&text.unwrap_or_default());
        part = next(&block).filter(|next| next.class_list().contains("more"));
    }
    code.truncate(code.trim_end_matches('\n').len());
    code
}

/// The next block: in the same section, in the next one, or in the tail.
fn next(block: &Element) -> Option<Element> {
    block.next_element_sibling().or_else(|| block.parent_element()?.next_element_sibling()?.first_element_child())
}

/// Lets the browser skip the sections that were full in an earlier frame.
fn release_full(tail: &Element) {
    let mut before = tail.previous_element_sibling();
    while let Some(section) = before {
        if !section.has_attribute("data-full") && is_full(&section) && !is_being_typeset(&section) {
            _ = section.set_attribute("data-full", "");
        }
        before = section.previous_element_sibling();
    }
}

/// Whether a block is being typeset, which may change the section's height.
fn is_being_typeset(section: &Element) -> bool {
    section.query_selector("[data-set='']").is_ok_and(|waiting| waiting.is_some())
}

/// The section before the tail if it has room, or a new one.
fn section_with_room(tail: &Element) -> Option<Element> {
    if let Some(section) = tail.previous_element_sibling().filter(|section| !is_full(section)) {
        return Some(section);
    }
    let section = document().create_element("div").ok()?;
    section.set_class_name("section");
    tail.before_with_node_1(&section).ok()?;
    Some(section)
}

/// Marks a section as full if it is.
fn close_if_full(section: &Element) {
    let is_heavy = || section.text_content().is_some_and(|text| text.len() > MAX_TEXT_BYTES);
    if section.child_element_count() >= MAX_BLOCKS || is_heavy() {
        _ = section.set_attribute("data-closed", "");
    }
}

/// Whether a section takes no more blocks.
fn is_full(section: &Element) -> bool {
    section.has_attribute("data-closed")
}
