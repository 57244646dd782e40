//! Copies the selected text of the conversation without the page's controls.
//!
//! Browsers differ in which controls they omit, and all of them add a line end after a code block. So the page clones the
//! selection, removes the controls, and puts the text of the clone on the clipboard. The browser handles a selection without
//! controls and without the end of a code block.

use crate::browser::call;
use js_sys::Reflect;
use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{ClipboardEvent, DataTransfer, Element, HtmlElement, Node, NodeList, Text},
};

/// All elements that are not part of the conversation. A closed `details` element shows only its summary.
const CONTROLS: &str =
    "button,select,input,svg,figcaption,summary:not(.name),details:not([open])>:not(summary),.actions,[hidden]";

/// Elements with a selection of their own.
const FIELDS: &str = "textarea,input,select";

/// Handles each copy event, for as long as the component lives.
pub(crate) fn listen() {
    let copied = window_event_listener(ev::copy, |event| _ = on_copy(&event));
    on_cleanup(move || copied.remove());
}

/// Puts the selection on the clipboard, unless the browser's own copy is as good.
fn on_copy(event: &ClipboardEvent) -> Option<()> {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    if target.is_some_and(|target| target.matches(FIELDS).unwrap_or(false)) {
        return None;
    }
    let list: Element = document().query_selector(".message-list").ok()??;
    let place = document().create_element("div").ok()?.dyn_into::<HtmlElement>().ok()?;
    place.set_class_name("visually-hidden");
    // WebKit returns no text of a block that is clipped to nothing.
    _ = place.style().set_property("width", "60rem");
    let mut is_ours = false;
    for range in selected_ranges(&list)? {
        is_ours |= clone_into(&place, &range, &list)?;
    }
    if is_ours {
        join_code(&place);
        keep_line_ends(&place);
        // The visible text can be read only where the clone is laid out.
        list.parent_element()?.append_child(&place).ok()?;
        let text = place.inner_text();
        place.remove();
        set_clipboard(&event.clipboard_data()?, text.trim_matches('\n'), &place.inner_html());
        event.prevent_default();
    }
    Some(())
}

fn set_clipboard(clipboard: &DataTransfer, text: &str, html: &str) {
    _ = clipboard.set_data("text/plain", text);
    _ = clipboard.set_data("text/html", html);
}

/// A range of the document: <https://dom.spec.whatwg.org/#interface-range>.
struct Range(JsValue);

impl Range {
    fn node(&self, name: &str) -> Option<Node> {
        Reflect::get(&self.0, &name.into()).ok()?.dyn_into().ok()
    }
}

/// The selected ranges of the conversation: mostly one, in Firefox sometimes several.
fn selected_ranges(list: &Element) -> Option<Vec<Range>> {
    let selection = call(&window(), "getSelection", &[])?;
    let count = Reflect::get(&selection, &"rangeCount".into()).ok()?.as_f64()?;
    let mut ranges = Vec::new();
    let mut at = 0.0;
    while at < count {
        let range = Range(call(&call(&selection, "getRangeAt", &[at.into()])?, "cloneRange", &[])?);
        at += 1.0;
        let is_empty = Reflect::get(&range.0, &"collapsed".into()).ok()?.is_truthy();
        if is_empty || !call(&range.0, "intersectsNode", &[list.into()])?.is_truthy() {
            continue;
        }
        // Limit the range to the conversation.
        if !list.contains(range.node("startContainer").as_ref()) {
            call(&range.0, "setStart", &[list.into(), 0.into()])?;
        }
        if !list.contains(range.node("endContainer").as_ref()) {
            call(&range.0, "setEnd", &[list.into(), list.child_nodes().length().into()])?;
        }
        ranges.push(range);
    }
    Some(ranges)
}

/// Adds a clone of the range and of the elements around it, without controls. Returns whether that differs from the
/// browser's own copy.
fn clone_into(place: &Element, range: &Range, list: &Element) -> Option<bool> {
    let common = range.node("commonAncestorContainer")?;
    let common = common.dyn_into::<Element>().or_else(|node| node.parent_element().ok_or(node)).ok()?;
    if common.closest(CONTROLS).ok()?.is_some() {
        return Some(false); // the label of a control was selected on purpose
    }
    let mut clone = call(&range.0, "cloneContents", &[])?.dyn_into::<Node>().ok()?;
    let mut around = Some(common.clone()).filter(|common| common != list);
    while let Some(element) = around {
        let shell = element.clone_node().ok()?;
        shell.append_child(&clone).ok()?;
        clone = shell;
        around = element.parent_element().filter(|parent| parent != list);
    }
    let inner = document().create_element("div").ok()?;
    inner.append_child(&clone).ok()?;
    let controls = inner.query_selector_all(CONTROLS).ok()?;
    let has_end_of_code = match common.closest("pre").ok()? {
        Some(code) => reaches_end_of(range, &code),
        None => inner.query_selector("pre").ok()?.is_some(),
    };
    for control in elements(&controls) {
        match control.get_attribute("type").as_deref() {
            // The box of a task list shows whether a task is done.
            Some("checkbox") => {
                let sign = if control.has_attribute("checked") { "☑" } else { "☐" };
                _ = control.replace_with_with_str_1(sign);
            }
            _ => control.remove(),
        }
    }
    // The browser skips the layout of a section with this attribute while it is out of view.
    for section in elements(&inner.query_selector_all("[data-full]").ok()?) {
        _ = section.remove_attribute("data-full");
    }
    place.append_child(&inner).ok()?;
    Some(has_end_of_code || controls.length() > 0)
}

/// Whether only line ends of the code block follow the range.
fn reaches_end_of(range: &Range, code: &Element) -> bool {
    let rest = || {
        let rest = call(&range.0, "cloneRange", &[])?;
        call(&rest, "setEnd", &[code.into(), code.child_nodes().length().into()])?;
        let (node, at) = (range.node("endContainer")?, Reflect::get(&range.0, &"endOffset".into()).ok()?);
        call(&rest, "setStart", &[node.into(), at])?;
        call(&rest, "toString", &[])?.as_string()
    };
    rest().is_some_and(|rest| rest.trim_matches('\n').is_empty())
}

/// Keeps the line ends of questions and reasoning. The page's style sheet does that, but the place of a paste has none.
fn keep_line_ends(place: &Element) {
    let Ok(texts) = place.query_selector_all(".text") else { return };
    for text in elements(&texts).into_iter().filter_map(|text| text.dyn_into::<HtmlElement>().ok()) {
        _ = text.style().set_property("white-space", "pre-wrap");
    }
}

/// Joins the parts of each long code block, and removes the line ends after code.
fn join_code(place: &Element) {
    let Ok(blocks) = place.query_selector_all("pre > code") else { return };
    let mut first: Option<Element> = None;
    for code in elements(&blocks) {
        let figure = code.closest("figure.more").ok().flatten();
        match (&first, figure) {
            (Some(first), Some(figure)) => {
                while let Some(child) = code.first_child() {
                    _ = first.append_child(&child);
                }
                figure.remove();
            }
            _ => first = Some(code),
        }
    }
    for code in elements(&blocks) {
        trim_line_ends(&code);
    }
}

fn trim_line_ends(node: &Node) {
    while let Some(last) = node.last_child() {
        match last.dyn_ref::<Text>() {
            Some(text) => text.set_data(text.data().trim_end_matches('\n')),
            None => trim_line_ends(&last),
        }
        if last.text_content().is_some_and(|text| !text.is_empty()) {
            break;
        }
        _ = node.remove_child(&last);
    }
}

fn elements(list: &NodeList) -> Vec<Element> {
    (0..list.length()).filter_map(|at| list.get(at)?.dyn_into().ok()).collect()
}
