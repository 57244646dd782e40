//! Offsets in the text of some nodes, in UTF-16 code units as in the DOM.

use crate::browser::selection::End;
use leptos::{
    wasm_bindgen::JsCast,
    web_sys::{Node, Text},
};

/// The text of all these nodes.
pub(super) fn text_of(roots: &[Node]) -> Vec<u16> {
    roots.iter().flat_map(|root| root.text_content().unwrap_or_default().encode_utf16().collect::<Vec<_>>()).collect()
}

/// The offset of an end. None if it is outside of these nodes.
pub(super) fn offset_of(roots: &[Node], end: &End) -> Option<usize> {
    let mut before = 0;
    roots.iter().any(|root| add_offset_in(root, end, &mut before)).then_some(before)
}

fn add_offset_in(node: &Node, end: &End, before: &mut usize) -> bool {
    let is_here = node.is_same_node(Some(&end.node));
    if let Some(text) = node.dyn_ref::<Text>() {
        let length = text.length();
        *before += if is_here { end.offset } else { length } as usize;
        return is_here && end.offset <= length;
    }
    let mut children = children(node);
    if !is_here {
        return children.any(|child| add_offset_in(&child, end, before));
    }
    let passed: Vec<Node> = children.take(end.offset as usize).collect();
    *before += text_of(&passed).len();
    passed.len() == end.offset as usize
}

/// The end at an offset. Between two text nodes, a selection starts in the second and ends in the first.
pub(super) fn end_at(roots: &[Node], at: usize, is_start: bool) -> Option<End> {
    let (mut left, mut last) = (at, None);
    for text in roots.iter().flat_map(texts) {
        let length = text.length() as usize;
        if left < length || left == length && !is_start {
            return Some(End { node: text.into(), offset: u32::try_from(left).ok()? });
        }
        left -= length;
        last = Some(text);
    }
    last.map(|text| End { offset: text.length(), node: text.into() })
}

fn texts(node: &Node) -> Vec<Text> {
    match node.dyn_ref::<Text>() {
        Some(text) => vec![text.clone()],
        None => children(node).flat_map(|child| texts(&child)).collect(),
    }
}

fn children(node: &Node) -> impl Iterator<Item = Node> {
    std::iter::successors(node.first_child(), Node::next_sibling)
}
