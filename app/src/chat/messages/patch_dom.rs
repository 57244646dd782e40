//! Updates the blocks of a growing answer, and keeps the nodes that stay the same. So a selection there stays, and the
//! browser lays out only the new nodes.

use super::typeset::{is_typeset, is_typeset_of};
use leptos::{
    prelude::document,
    wasm_bindgen::JsCast,
    web_sys::{Element, Node, Text},
};

/// Updates the children of `tail` to this HTML.
pub(crate) fn patch_dom(tail: &Element, html: &str) {
    if let Some(new) = parse_html(html) {
        patch_in_place(tail, &new);
    }
}

/// A new element with this HTML in it.
pub(crate) fn parse_html(html: &str) -> Option<Element> {
    let new = document().create_element("div").ok()?;
    new.set_inner_html(html);
    Some(new)
}

/// Updates `old` to `new`, if both have the same tag. Returns whether `old` is now equal to `new`.
pub(crate) fn patch_to(old: &Node, new: &Node) -> bool {
    if old.is_equal_node(Some(new)) {
        return true;
    }
    let (Some(old), Some(new)) = (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) else { return false };
    if is_typeset(old) {
        return is_typeset_of(old, new);
    }
    let is_same_kind = old.tag_name() == new.tag_name();
    if is_same_kind {
        patch_attributes(old, new);
        patch_in_place(old, new);
    }
    is_same_kind
}

/// Updates the children of `old` to those of `new`.
fn patch_in_place(old: &Node, new: &Node) {
    let (mut from, mut to) = (old.first_child(), new.first_child());
    while let Some(wanted) = to {
        to = wanted.next_sibling();
        let Some(there) = from else {
            _ = old.append_child(&wanted);
            continue;
        };
        if let (Some(text), Some(wanted)) = (there.dyn_ref::<Text>(), wanted.dyn_ref::<Text>()) {
            from = patch_text(text, &wanted.data());
            continue;
        }
        from = there.next_sibling();
        if !patch_to(&there, &wanted) {
            _ = old.replace_child(&wanted, &there);
        }
    }
    while let Some(gone) = from {
        from = gone.next_sibling();
        _ = old.remove_child(&gone);
    }
}

/// Updates the text nodes that begin with `first` to `wanted`. Code that has grown is several nodes in a row. Nodes up to
/// the first difference stay. Returns the node after the text.
fn patch_text(first: &Text, wanted: &str) -> Option<Node> {
    let (mut text, mut rest) = (first.clone(), wanted);
    loop {
        let data = text.data();
        let same = common_prefix(&data, rest);
        if same < data.len() {
            let at = utf16_length(&data[..same]);
            _ = text.replace_data(at, text.length() - at, &rest[same..]);
            return remove_texts_after(&text);
        }
        rest = &rest[same..];
        match text.next_sibling().and_then(|next| next.dyn_into::<Text>().ok()) {
            Some(_) if rest.is_empty() => return remove_texts_after(&text),
            Some(next) => text = next,
            None if rest.is_empty() => return text.next_sibling(),
            None => {
                _ = text.append_data(rest);
                return text.next_sibling();
            }
        }
    }
}

/// Removes the text nodes after this one. Returns the node after them.
fn remove_texts_after(text: &Text) -> Option<Node> {
    loop {
        let next = text.next_sibling()?;
        if !next.is_instance_of::<Text>() {
            return Some(next);
        }
        next.unchecked_into::<Text>().remove();
    }
}

/// The length of the common prefix in bytes, in whole characters.
fn common_prefix(one: &str, other: &str) -> usize {
    let is_same = |((at, a), b): ((usize, char), char)| (a == b).then_some(at + a.len_utf8());
    one.char_indices().zip(other.chars()).map_while(is_same).last().unwrap_or(0)
}

fn utf16_length(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// Updates the attributes of `old` to those of `new`.
fn patch_attributes(old: &Element, new: &Element) {
    let name = |name: leptos::wasm_bindgen::JsValue| name.as_string().unwrap_or_default();
    for gone in old.get_attribute_names().iter().map(name).filter(|name| !new.has_attribute(name)) {
        _ = old.remove_attribute(&gone);
    }
    for name in new.get_attribute_names().iter().map(name) {
        let value = new.get_attribute(&name);
        if value != old.get_attribute(&name) {
            _ = old.set_attribute(&name, &value.unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_by_character() {
        assert_eq!(common_prefix("a word", "a word and more"), 6);
        assert_eq!(common_prefix("é", "è"), 0); // their first bytes are the same
        assert_eq!(common_prefix("日本", "日曜"), 3);
        assert_eq!((common_prefix("", "a"), common_prefix("a", "")), (0, 0));
    }
}
