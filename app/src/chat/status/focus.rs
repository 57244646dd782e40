//! Scrolls to an answer that starts, and moves the keyboard focus when the pressed button disappears.

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

/// Scrolls to each answer that starts. Moves the focus from a button that disappears to the box.
pub(crate) fn manage_focus(state: PageState) {
    let PageState { chat, follow, .. } = state;
    Effect::new(move |before: Option<bool>| {
        let running = chat.is_running();
        if running != before.unwrap_or(false) {
            // Stop also disappears when an answer ends by itself. A question that was sent before this code was downloaded
            // has hidden Send.
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
    // Most browsers fire focusout when the focused element is hidden. The click listener serves the others.
    let left = window_event_listener(ev::focusout, |event| {
        keep_focus(event.target().and_then(|target| target.dyn_into().ok()));
    });
    on_cleanup(move || {
        pressed.remove();
        left.remove();
    });
}

/// Moves the focus to the box if the element is hidden or disabled in the next frame, and no other element has the focus.
/// Otherwise the Tab key would start at the top of the page.
///
/// Touch devices are left out, because the focus would open their keyboard. So is a selection in the conversation, because
/// the focus would clear it.
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
