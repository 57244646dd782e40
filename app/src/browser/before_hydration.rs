//! Input and notices before the page's code runs. The server draws the whole page, so people use it at once: text typed
//! early stays in the box, and early clicks are repeated in order once the code runs. If the code doesn't come, the page
//! says so.

use crate::browser::{COMPOSER_SELECTOR, after, query};
use leptos::{ev::Event, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlTextAreaElement};
/// Runs in the head of every page. It records each click on a button or an input, and keeps the browser from submitting the
/// form. Enter in the box is a click on Send. The `ready` event repeats the clicks. The box has the focus, unless that would
/// open an on-screen keyboard. What has been typed survives a reload.
///
/// It also fetches the program: WebKit's `fetch` doesn't join a `<link rel=preload>` that is under way, and would fetch it
/// twice.
///
/// It shows a notice with Reload in these cases:
/// - The program can't run: `unready` was called, or an uncaught error was reported. After a panic the notice stays.
/// - The program has not started after 4 s, and in other words after 15 s.
/// - A part that is fetched later is late or missing: the events of [`tell`].
/// - The style sheet has not come after 4 s, or can't be had. The notice gets a style of its own then: the policy forbids
///   `style` attributes, but not [CSSOM].
///
/// Its syntax is that of 2017, so that it also runs in browsers that can't run the program.
///
/// [CSSOM]: https://www.w3.org/TR/CSP3/#directive-style-src
const SCRIPT: &str = include_str!("before_hydration.js");

/// The notice for browsers that run no scripts.
pub const NO_SCRIPT: &str = "<p class=\"unready\">This page needs JavaScript and WebAssembly. Turn JavaScript on, and reload the \
    page. Nothing that you type is sent.</p>";

/// The script, for a page whose program is at this address. Comments and indentation are left out.
#[must_use]
pub fn script(program: &str) -> String {
    let lines = SCRIPT.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n").replace("PROGRAM", program)
}

/// The text in the message box. Empty if the page has no box.
#[must_use]
pub fn typed() -> String {
    let field = query(COMPOSER_SELECTOR);
    field.as_ref().and_then(|field| field.dyn_ref()).map(HtmlTextAreaElement::value).unwrap_or_default()
}

/// The page's code handles all input from here on. The early clicks are repeated when the caller's work is done.
pub fn mark_ready() {
    after(0, ready);
}

fn ready() {
    if let Some(root) = document().document_element() {
        _ = root.set_attribute("data-ready", "");
    }
    tell("ready");
}

/// Tells the script of a part of the page: it is `late` or `missing`, or the page is `whole` again.
pub fn tell(what: &str) {
    if let Ok(event) = Event::new(what) {
        _ = document().dispatch_event(&event);
    }
}
