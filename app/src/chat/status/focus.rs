//! Where the eye and the keyboard are led when an answer begins, and when what was pressed goes away.

use crate::{
    browser::{focus_composer, next_frame::in_next_frame, query},
    chat::{messages::selection::is_conversation_selected, state::PageState},
};
use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};

/// An answer that begins is shown, since somebody has asked for it. A button that goes away leaves the focus to the box.
pub(crate) fn manage_focus(state: PageState) {
    let PageState { chat, follow, .. } = state;
    Effect::new(move |before: Option<bool>| {
        let running = chat.is_running();
        if running != before.unwrap_or(false) {
            // An answer that ends by itself takes Stop away, too. What was asked before this code was here took Send away.
            let pressed = if before.is_some() { document().active_element() } else { query(".send").map(Into::into) };
            keep_focus(pressed);
            if running {
                follow.jump();
            }
        }
        running
    });
    let pressed = window_event_listener(ev::click, |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        keep_focus(target.and_then(|target| target.closest("button").ok().flatten()));
    });
    // Most browsers tell that what had the focus is no longer to be seen; those that don't tell a press on it.
    let left = window_event_listener(ev::focusout, |event| {
        keep_focus(event.target().and_then(|target| target.dyn_into().ok()));
    });
    on_cleanup(move || {
        pressed.remove();
        left.remove();
    });
}

/// If this is out of use in the next frame, and nothing else has the focus, the box gets it: a keyboard would have to come
/// all the way from the top of the page. Fingers need no focus, and it would push a keyboard up under them. A text that is
/// selected would no longer be, with the focus in the box.
fn keep_focus(held: Option<Element>) {
    let Some(held) = held.and_then(|held| held.dyn_into::<HtmlElement>().ok()) else { return };
    in_next_frame(move || {
        let is_gone = held.offset_width() == 0 || held.matches(":disabled").unwrap_or(false);
        let has_none = |active: Element| active == *held || active.tag_name() == "BODY";
        if is_gone && document().active_element().is_none_or(has_none) && has_mouse() && !is_conversation_selected() {
            focus_composer();
        }
    });
}

fn has_mouse() -> bool {
    window().match_media("(pointer: fine)").ok().flatten().is_some_and(|query| query.matches())
}
