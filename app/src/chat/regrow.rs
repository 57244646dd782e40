//! The end of an answer that is still growing: it takes its new shape, and keeps what stays the same of the old. So what
//! somebody has selected there stays selected, and the browser lays out what is new and no more.

use leptos::{
    prelude::document,
    wasm_bindgen::JsCast,
    web_sys::{Element, Node, Text},
};

/// Makes the children of `tail` those that `html` says.
pub(super) fn regrow(tail: &Element, html: &str) {
    if let Ok(new) = document().create_element("div") {
        new.set_inner_html(html);
        become_like(tail, &new);
    }
}

/// Gives `old` the children of `new`.
fn become_like(old: &Node, new: &Node) {
    let (mut from, mut to) = (old.first_child(), new.first_child());
    while let Some(wanted) = to {
        to = wanted.next_sibling();
        let Some(there) = from else {
            _ = old.append_child(&wanted);
            continue;
        };
        from = there.next_sibling();
        if !there.is_equal_node(Some(&wanted)) && !grows(&there, &wanted) {
            _ = old.replace_child(&wanted, &there);
        }
    }
    while let Some(gone) = from {
        from = gone.next_sibling();
        _ = old.remove_child(&gone);
    }
}

/// Whether `old` could be made what `new` is, and so was.
fn grows(old: &Node, new: &Node) -> bool {
    if let (Some(old), Some(new)) = (old.dyn_ref::<Text>(), new.dyn_ref::<Text>()) {
        let (before, after) = (old.data(), new.data());
        return after.strip_prefix(&before).is_some_and(|more| old.append_data(more).is_ok());
    }
    let is_same = bare(old).is_some_and(|old| old.is_equal_node(bare(new).as_ref()));
    if is_same {
        become_like(old, new);
    }
    is_same
}

/// An element without what is in it.
fn bare(node: &Node) -> Option<Node> {
    node.dyn_ref::<Element>()?.clone_node().ok()
}
