//! The text that somebody has selected on the page, and selecting it again: the
//! [Selection API](https://www.w3.org/TR/selection-api/), as far as the page needs it.

use js_sys::{Array, Function, Reflect};
use leptos::{
    prelude::document,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::Node,
};

/// One end of a selection: a node, and an offset in UTF-16 code units (a text) or in children (an element).
#[derive(Clone, Debug)]
pub struct End {
    /// The node.
    pub node: Node,
    /// The offset in it.
    pub offset: u32,
}

impl End {
    /// Whether both are the same place.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.offset == other.offset && self.node.is_same_node(Some(&other.node))
    }
}

/// A selection with something in it.
#[derive(Clone, Debug)]
pub struct Selected {
    /// The start of the selection.
    pub anchor: End,
    /// The end of the selection: a pressed mouse button moves this one.
    pub focus: End,
    /// Whether the anchor comes first in the document.
    pub is_forward: bool,
}

impl Selected {
    /// The page's selection; none if it is empty. The selection inside a text field is the field's own.
    #[must_use]
    pub fn now() -> Option<Self> {
        let selection = selection()?;
        let is_empty = Reflect::get(&selection, &"isCollapsed".into()).ok()?.is_truthy();
        if is_empty { None } else { read(&selection) }
    }

    /// A selection of what is between two ends, which was begun at the first or at the second of them.
    #[must_use]
    pub fn from_to(start: End, end: End, is_forward: bool) -> Self {
        let (anchor, focus) = if is_forward { (start, end) } else { (end, start) };
        Self { anchor, focus, is_forward }
    }

    /// Its start and its end in the document.
    #[must_use]
    pub fn in_order(&self) -> (&End, &End) {
        if self.is_forward { (&self.anchor, &self.focus) } else { (&self.focus, &self.anchor) }
    }

    /// Selects this. Does nothing if it is what is selected.
    pub fn select(&self) {
        let Some(selection) = selection() else { return };
        let is_same = |now: Self| now.anchor.is_same(&self.anchor) && now.focus.is_same(&self.focus);
        if read(&selection).is_some_and(is_same) {
            return;
        }
        let Self { anchor, focus, .. } = self;
        let ends: [JsValue; 4] =
            [anchor.node.clone().into(), anchor.offset.into(), focus.node.clone().into(), focus.offset.into()];
        if let Ok(set) = method(&selection, "setBaseAndExtent") {
            _ = set.apply(&selection, &Array::of4(&ends[0], &ends[1], &ends[2], &ends[3]));
        }
    }

    /// Whether an end of it is in there.
    #[must_use]
    pub fn touches(&self, node: &Node) -> bool {
        node.contains(Some(&self.anchor.node)) || node.contains(Some(&self.focus.node))
    }
}

/// The browser's object; none in a page that isn't shown.
fn selection() -> Option<JsValue> {
    let page = document();
    method(&page, "getSelection").ok()?.call0(&page).ok().filter(JsValue::is_object)
}

fn read(selection: &JsValue) -> Option<Selected> {
    let anchor = end(selection, "anchorNode", "anchorOffset")?;
    let focus = end(selection, "focusNode", "focusOffset")?;
    let range = |at: f64| method(selection, "getRangeAt").ok()?.call1(selection, &at.into()).ok();
    let start = end(&range(0.0)?, "startContainer", "startOffset")?;
    let count = Reflect::get(selection, &"rangeCount".into()).ok()?.as_f64()?;
    if count > 1.0 {
        // Firefox makes several ranges around what can't be selected. Anchor and focus are the ends of one of them.
        let last = end(&range(count - 1.0)?, "endContainer", "endOffset")?;
        let is_forward = focus.is_same(&last);
        return Some(Selected::from_to(start, last, is_forward));
    }
    let is_forward = start.is_same(&anchor);
    Some(Selected { anchor, focus, is_forward })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the API gives an unsigned long")]
fn end(of: &JsValue, node: &str, offset: &str) -> Option<End> {
    let node = Reflect::get(of, &node.into()).ok()?.dyn_into().ok()?;
    let offset = Reflect::get(of, &offset.into()).ok()?.as_f64()? as u32;
    Some(End { node, offset })
}

fn method(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into()
}
