//! A list that grows at its foot, and a reader who may be somewhere else in it.

use leptos::{ev, html, prelude::*};

/// A reader this close to the foot, in pixels, is reading along.
const CLOSE: i32 = 48;

/// Keeps the foot of `scroller` in view when `grows` changes, for as long as the reader is there. Scroll up, and the
/// page leaves you alone.
pub fn follow(scroller: NodeRef<html::Main>, grows: impl Fn() + 'static) {
    let reading_along = StoredValue::new(true);
    Effect::new(move |_| {
        if let Some(element) = scroller.get() {
            let moved = element.clone();
            let on_scroll = move |_: ev::Event| {
                let below = moved.scroll_height() - moved.scroll_top() - moved.client_height();
                reading_along.set_value(below < CLOSE);
            };
            _ = element.on(ev::scroll, on_scroll);
        }
    });
    Effect::new(move |_| {
        grows();
        // After the next frame's layout, when what has grown has its height.
        _ = request_animation_frame(move || {
            if let Some(element) = scroller.get_untracked()
                && reading_along.get_value()
            {
                element.set_scroll_top(element.scroll_height());
            }
        });
    });
}
