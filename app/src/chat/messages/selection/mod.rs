//! Preserves the selection when the selected nodes are replaced.
//!
//! The browser moves the ends of a selection out of removed nodes. So both ends are saved as offsets in the text before a
//! change, and restored after it. Ends outside of the changed nodes stay as they are.

mod aligned;
mod walk;

use crate::browser::selection::{End, Selected};
use aligned::aligned;
use leptos::{
    prelude::document,
    web_sys::{Element, Node},
};
use walk::{end_at, offset_of, text_of};

/// Runs a change of `old` and preserves the selection. `change` returns the nodes that have the text afterwards, in order.
pub(crate) fn preserve(old: &Node, change: impl FnOnce() -> Vec<Node>) {
    let saved = SavedSelection::of_node(old);
    let new = change();
    if let Some(saved) = saved {
        let at = |place: &Option<TextOffset>| place.as_ref().map(|place| place.at);
        let [start, end] = aligned(&saved.text, &text_of(&new), at(&saved.start), at(&saved.end));
        saved.restore(|place, is_start| {
            let at = if is_start { start } else { end }?;
            // The end is still valid if its node was only moved.
            if offset_of(&new, &place.end) == Some(at) { Some(place.end.clone()) } else { end_at(&new, at, is_start) }
        });
    }
}

/// Runs a change that replaces the text of `element`. If a part of the element was selected, all of it is selected
/// afterwards.
pub(crate) fn preserve_whole(element: &Element, change: impl FnOnce()) {
    let saved = SavedSelection::of_node(element);
    change();
    if let Some(saved) = saved {
        saved.restore(|place, is_start| {
            let is_before = place.at == 0 || is_start && place.at < saved.text.len();
            beside_element(element, is_before)
        });
    }
}

/// Whether text in the conversation is selected.
pub(crate) fn is_conversation_selected() -> bool {
    let log = document().query_selector(".log").ok().flatten();
    log.is_some_and(|log| is_selected(&log))
}

/// Whether the selection starts or ends in this node.
pub(crate) fn is_selected(node: &Node) -> bool {
    Selected::now().is_some_and(|selected| selected.touches(node))
}

/// The end directly before or after an element.
fn beside_element(element: &Element, is_before: bool) -> Option<End> {
    let (mut offset, mut before) = (u32::from(!is_before), element.previous_sibling());
    while let Some(sibling) = before {
        offset += 1;
        before = sibling.previous_sibling();
    }
    Some(End { node: element.parent_node()?, offset })
}

/// An end of the selection, with its offset in the text in UTF-16 code units.
struct TextOffset {
    end: End,
    at: usize,
}

/// A selection with the offsets of its start and its end in a text. An end outside of that text has None.
struct SavedSelection {
    selected: Selected,
    start: Option<TextOffset>,
    end: Option<TextOffset>,
    text: Vec<u16>,
}

impl SavedSelection {
    /// Saves the selection. None unless it starts or ends in this node.
    fn of_node(node: &Node) -> Option<Self> {
        let selected = Selected::now().filter(|selected| selected.touches(node))?;
        let root = [node.clone()];
        let place = |end: &End| Some(TextOffset { at: offset_of(&root, end)?, end: end.clone() });
        let (start, end) = selected.in_order();
        Some(Self { start: place(start), end: place(end), text: text_of(&root), selected })
    }

    /// Restores the ends that the change has moved, at the positions from `locate`.
    fn restore(&self, locate: impl Fn(&TextOffset, bool) -> Option<End>) {
        let (start, end) = self.selected.in_order();
        let now = Selected::now();
        let now = now.as_ref().map(Selected::in_order);
        let again = |was: &End, is: Option<&End>, place: Option<&TextOffset>, is_start: bool| {
            let is_moved = is.is_none_or(|is| !is.is_same(was));
            place.filter(|_| is_moved).and_then(|place| locate(place, is_start)).unwrap_or_else(|| was.clone())
        };
        let start = again(start, now.map(|now| now.0), self.start.as_ref(), true);
        let end = again(end, now.map(|now| now.1), self.end.as_ref(), false);
        Selected::from_to(start, end, self.selected.is_forward).select();
    }
}
