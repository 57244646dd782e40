//! Highlighted code and typeset formulas. The server typesets finished blocks, and the page inserts the result. Until then,
//! and where the server can't do it, the page shows the source.

use super::selection::{preserve, preserve_whole};
use crate::{
    api::typeset::{Item, LONGEST, LONGEST_TOGETHER, typeset},
    browser::next_frame::after_paint,
};
use futures::lock::Mutex;
use gloo_timers::future::TimeoutFuture;
use leptos::{task::spawn_local_scoped_with_cancellation, wasm_bindgen::JsCast, web_sys::Element};
use std::rc::Rc;

/// The most items in one request.
const MAX_ITEMS: usize = 32;

/// The most HTML that is inserted in one frame, in bytes. The browser lays out all of it before it handles any input.
const MAX_FRAME_BYTES: usize = 32 * 1024;

/// The delays before the requests to a server that is busy or can't be reached, in milliseconds. After the last one the page
/// gives up.
const RETRY_DELAYS_MS: [u32; 4] = [1000, 5000, 30_000, 0];

/// Typesets everything in these sections that is not typeset yet.
pub(crate) fn typeset_in(sections: &[Element]) {
    let found: Vec<Element> = sections.iter().flat_map(claim_untypeset).collect();
    if found.is_empty() {
        return;
    }
    spawn_local_scoped_with_cancellation(async move {
        // A busy server may return some items unchanged. The page requests those once more.
        let left = typeset_all(&found).await;
        typeset_all(&left).await;
        // Only now the final height of the items and their section is known.
        after_paint().await;
        for element in &found {
            _ = element.set_attribute("data-set", "done");
        }
    });
}

/// Requests and inserts the typeset HTML. Returns the elements that the server gave back unchanged. An element that is too
/// long for a request keeps its source.
async fn typeset_all(found: &[Element]) -> Vec<Element> {
    let found = found.iter().map(|element| (item(element), element));
    let found: Vec<(Item, &Element)> = found.filter(|(item, _)| item.text.len() <= LONGEST).collect();
    let (mut rest, mut left, mut put_now) = (found.as_slice(), Vec::new(), 0);
    while !rest.is_empty() {
        let (some, more) = rest.split_at(batch_size(rest.iter().map(|(item, _)| item.text.len())));
        let answer = request(some.iter().map(|(item, _)| item.clone()).collect()).await;
        for ((_, element), html) in some.iter().zip(answer) {
            match html {
                Some(html) => {
                    if put_now > MAX_FRAME_BYTES {
                        after_paint().await;
                        put_now = 0;
                    }
                    insert(element, &html);
                    put_now += html.len();
                }
                None => left.push((*element).clone()),
            }
        }
        rest = more;
    }
    left
}

/// The number of items, from the first on, that fit into one request. It is at least one.
fn batch_size(lengths: impl Iterator<Item = usize>) -> usize {
    let together = lengths.scan(0, |sum, length| {
        *sum += length;
        Some(*sum)
    });
    together.take(MAX_ITEMS).take_while(|together| *together <= LONGEST_TOGETHER).count().max(1)
}

/// Requests the HTML of these items. Returns nothing if the server stays busy or unreachable. There is no other refusal,
/// since no request exceeds the server's limits.
async fn request(items: Vec<Item>) -> Vec<Option<String>> {
    // The page sends one request at a time, because a conversation can have hundreds of answers and a client has a quota.
    let turn = REQUEST_LOCK.with(Rc::clone);
    let _turn = turn.lock().await;
    for pause_ms in RETRY_DELAYS_MS {
        match typeset(items.clone()).await {
            Ok(answer) => return answer.html,
            Err(_) => TimeoutFuture::new(pause_ms).await,
        }
    }
    Vec::new()
}

thread_local! {
    static REQUEST_LOCK: Rc<Mutex<()>> = Rc::default();
}

fn insert(element: &Element, html: &str) {
    let change = || {
        element.set_inner_html(html);
        let block = element.query_selector("math[display=block]").ok().flatten();
        // A formula that is too wide scrolls. With a tab index it does so by keyboard, too.
        if let Some(block) = block {
            _ = block.set_attribute("tabindex", "0");
        }
    };
    if element.has_attribute("data-tex") {
        let tex = element.text_content().unwrap_or_default();
        preserve_whole(element, change);
        _ = element.set_attribute("data-tex", &tex);
    } else {
        preserve(element, || {
            change();
            vec![element.clone().into()]
        });
    }
}

/// Whether an element is typeset, or waits for the server.
pub(crate) fn is_typeset(element: &Element) -> bool {
    element.has_attribute("data-set")
}

/// Whether the typeset `element` was made of the same source as `source`.
pub(crate) fn is_typeset_of(element: &Element, source: &Element) -> bool {
    let tex = element.get_attribute("data-tex").filter(|tex| !tex.is_empty());
    let is_same = |name| element.get_attribute(name).is_some() == source.get_attribute(name).is_some();
    tex.or_else(|| element.text_content()) == source.text_content()
        && element.tag_name() == source.tag_name()
        && element.class_name() == source.class_name()
        && element.get_attribute("data-lang") == source.get_attribute("data-lang")
        && is_same("data-tex")
}

/// The elements in a section that are not typeset. Marks them, so they are requested once and their section waits for them.
fn claim_untypeset(section: &Element) -> Vec<Element> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_stays_within_the_limits_of_the_server() {
        let batch_size = |lengths: &[usize]| batch_size(lengths.iter().copied());
        assert_eq!(batch_size(&[10; 40]), MAX_ITEMS);
        assert_eq!(batch_size(&[LONGEST; 6]), 4);
        assert_eq!(batch_size(&[LONGEST, LONGEST, LONGEST, 1, LONGEST, 1]), 4);
        assert_eq!(batch_size(&[LONGEST]), 1);
    }
}
