//! Text that is selected stays selected when the nodes under it are replaced.
//!
//! The browser moves the ends of a selection out of nodes that are removed. So both ends are noted as places in the text
//! before a change, and put back after it. Ends that the change leaves alone are not touched.

mod aligned;
mod walk;

use crate::browser::selection::{End, Selected};
use aligned::aligned;
use leptos::{
    prelude::document,
    web_sys::{Element, Node},
};
use walk::{end_at, offset_of, text_of};

/// Changes what is in `old`. The text goes on in the nodes that `change` returns, in their order.
pub(crate) fn preserve(old: &Node, change: impl FnOnce() -> Vec<Node>) {
    let saved = SavedSelection::of_node(old);
    let new = change();
    if let Some(saved) = saved {
        let at = |place: &Option<TextOffset>| place.as_ref().map(|place| place.at);
        let [start, end] = aligned(&saved.text, &text_of(&new), at(&saved.start), at(&saved.end));
        saved.restore(|place, is_start| {
            let at = if is_start { start } else { end }?;
            // A node that was only moved is the same place, and so is its end.
            if offset_of(&new, &place.end) == Some(at) { Some(place.end.clone()) } else { end_at(&new, at, is_start) }
        });
    }
}

/// Changes what is in `element`, whose text becomes another. An element that was selected in part is selected as a whole.
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

/// Whether something is selected in the conversation.
pub(crate) fn is_conversation_selected() -> bool {
    let log = document().query_selector(".log").ok().flatten();
    log.is_some_and(|log| is_selected(&log))
}

/// Whether something is selected that begins or ends in there.
pub(crate) fn is_selected(node: &Node) -> bool {
    Selected::now().is_some_and(|selected| selected.touches(node))
}

/// The place right before or after an element.
fn beside_element(element: &Element, is_before: bool) -> Option<End> {
    let (mut offset, mut before) = (u32::from(!is_before), element.previous_sibling());
    while let Some(sibling) = before {
        offset += 1;
        before = sibling.previous_sibling();
    }
    Some(End { node: element.parent_node()?, offset })
}

/// An end of the selection, so many UTF-16 code units after the beginning of a text.
struct TextOffset {
    end: End,
    at: usize,
}

/// A selection, and its start and end as places in a text; none for an end that is outside of that text.
struct SavedSelection {
    selected: Selected,
    start: Option<TextOffset>,
    end: Option<TextOffset>,
    text: Vec<u16>,
}

impl SavedSelection {
    /// None unless something is selected that begins or ends in this node.
    fn of_node(node: &Node) -> Option<Self> {
        let selected = Selected::now().filter(|selected| selected.touches(node))?;
        let root = [node.clone()];
        let place = |end: &End| Some(TextOffset { at: offset_of(&root, end)?, end: end.clone() });
        let (start, end) = selected.in_order();
        Some(Self { start: place(start), end: place(end), text: text_of(&root), selected })
    }

    /// Selects again what the change has moved, where `find` says that it is.
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
