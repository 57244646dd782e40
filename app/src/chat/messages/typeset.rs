//! Code in colours and formulas as formulas: the server typesets what is finished, and the page puts it in place. Until
//! then, and where the server can't, the source stands there.

use super::selection::{preserve, preserve_whole};
use crate::{
    api::typeset::{Item, LONGEST, LONGEST_TOGETHER, typeset},
    browser::next_frame::after_paint,
};
use futures::lock::Mutex;
use gloo_timers::future::TimeoutFuture;
use leptos::{task::spawn_local_scoped_with_cancellation, wasm_bindgen::JsCast, web_sys::Element};
use std::rc::Rc;

/// How many pieces one request has at most.
const MAX_ITEMS: usize = 32;

/// How much HTML is put into the page in one frame, in bytes. The browser lays out all of it before it hears anything.
const MAX_FRAME_BYTES: usize = 32 * 1024;

/// How long to wait before a server that is busy or can't be reached is asked again, in milliseconds. After the last it is let be.
const RETRY_DELAYS_MS: [u32; 4] = [1000, 5000, 30_000, 0];

/// Has everything in these typeset that hasn't been.
pub(crate) fn typeset_in(sections: &[Element]) {
    let found: Vec<Element> = sections.iter().flat_map(claim_untypeset).collect();
    if found.is_empty() {
        return;
    }
    spawn_local_scoped_with_cancellation(async move {
        // A server that is busy may not have had the time for all: what is left is asked for once more.
        let left = typeset_all(&found).await;
        typeset_all(&left).await;
        // Only now their height is known for certain, and that of the section they are in.
        after_paint().await;
        for element in &found {
            _ = element.set_attribute("data-set", "done");
        }
    });
}

/// Returns what the server gave back as it was. What is too long for it stays as it is, and stands in nobody's way.
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

/// How many pieces of these lengths go into one request: the first in any case.
fn batch_size(lengths: impl Iterator<Item = usize>) -> usize {
    let together = lengths.scan(0, |sum, length| {
        *sum += length;
        Some(*sum)
    });
    together.take(MAX_ITEMS).take_while(|together| *together <= LONGEST_TOGETHER).count().max(1)
}

/// What the server makes of these; nothing, if it isn't there for long, or busy for long. It refuses nothing else: no
/// request has more than it takes.
async fn request(items: Vec<Item>) -> Vec<Option<String>> {
    // One request of this page at a time: a conversation can have hundreds of answers, and a client has a quota.
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
        // One that is wider than its place scrolls, by keyboard too.
        _ = block.map(|block| block.set_attribute("tabindex", "0"));
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

/// Whether an element has been typeset, or is about to be.
pub(crate) fn is_typeset(element: &Element) -> bool {
    element.has_attribute("data-set")
}

/// Whether `element`, which has been typeset or is about to be, shows what `source` says, which hasn't been.
pub(crate) fn is_typeset_of(element: &Element, source: &Element) -> bool {
    let tex = element.get_attribute("data-tex").filter(|tex| !tex.is_empty());
    let is_same = |name| element.get_attribute(name).is_some() == source.get_attribute(name).is_some();
    tex.or_else(|| element.text_content()) == source.text_content()
        && element.tag_name() == source.tag_name()
        && element.class_name() == source.class_name()
        && element.get_attribute("data-lang") == source.get_attribute("data-lang")
        && is_same("data-tex")
}

/// What is finished and not typeset. It is marked, so that nobody else asks for it, and so that its section waits for it.
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
    fn a_request_has_no_more_than_the_server_takes() {
        let batch_size = |lengths: &[usize]| batch_size(lengths.iter().copied());
        assert_eq!(batch_size(&[10; 40]), MAX_ITEMS);
        assert_eq!(batch_size(&[LONGEST; 6]), 4);
        assert_eq!(batch_size(&[LONGEST, LONGEST, LONGEST, 1, LONGEST, 1]), 4);
        assert_eq!(batch_size(&[LONGEST]), 1);
    }
}
