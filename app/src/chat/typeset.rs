//! Code in colours and formulas as formulas: the server typesets what is finished, and the page puts it in place. Until
//! then, and where the server can't, the source stands there.

use super::frame::drawn;
use crate::typeset::{Item, typeset};
use leptos::{task::spawn_local_scoped_with_cancellation, wasm_bindgen::JsCast, web_sys::Element};

/// Has everything in these typeset that hasn't been.
pub(super) fn typeset_in(sections: &[Element]) {
    let found: Vec<Element> = sections.iter().flat_map(waiting).collect();
    if found.is_empty() {
        return;
    }
    spawn_local_scoped_with_cancellation(async move {
        // A server that is busy may not have had the time for all: what is left is asked for once more.
        let left = put_in_place(&found).await;
        put_in_place(&left).await;
        // Only now their height is known for certain, and that of the section they are in.
        drawn().await;
        for element in &found {
            _ = element.set_attribute("data-set", "done");
        }
    });
}

/// Returns what the server gave back as it was.
async fn put_in_place(found: &[Element]) -> Vec<Element> {
    let mut left = Vec::new();
    for some in found.chunks(AT_ONCE) {
        let items = some.iter().map(item).collect();
        let Ok(answer) = typeset(items).await else { break };
        for (element, html) in some.iter().zip(answer.html) {
            match html {
                Some(html) => put(element, &html),
                None => left.push(element.clone()),
            }
        }
    }
    left
}

fn put(element: &Element, html: &str) {
    element.set_inner_html(html);
    let block = element.query_selector("math[display=block]").ok().flatten();
    // One that is wider than its place scrolls, by keyboard too.
    _ = block.map(|block| block.set_attribute("tabindex", "0"));
}

/// How many pieces one request has at most.
const AT_ONCE: usize = 32;

/// What is finished and not typeset. It is marked, so that nobody else asks for it, and so that its section waits for it.
fn waiting(section: &Element) -> Vec<Element> {
    let found = section.query_selector_all("code[data-lang]:not([data-set]),[data-tex]:not([data-set])");
    let Ok(found) = found else { return Vec::new() };
    let elements = (0..found.length()).filter_map(|at| found.get(at)?.dyn_into::<Element>().ok());
    let marked = elements.inspect(|element| _ = element.set_attribute("data-set", ""));
    marked.collect()
}

fn item(element: &Element) -> Item {
    let text = element.text_content().unwrap_or_default();
    let lang = element.get_attribute("data-lang").unwrap_or_default();
    let display = element.tag_name() == "DIV" || element.class_list().contains("display");
    Item { text, lang, display }
}
