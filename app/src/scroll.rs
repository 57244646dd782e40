//! A list that grows at its foot, and a reader who may be somewhere else in it.

use leptos::{
    html,
    prelude::*,
    wasm_bindgen::{JsCast, prelude::Closure},
    web_sys::{HtmlElement, ResizeObserver},
};

/// A reader who comes down this close to the foot, in pixels, has come back to it.
const CLOSE: i32 = 8;

/// Keeps the foot of a list in view while it grows, for as long as the reader is there. Scroll up, however little, and the
/// page leaves you alone until you are back.
#[derive(Clone, Copy)]
pub struct Follow {
    /// What scrolls.
    pub scroller: NodeRef<html::Main>,
    /// What grows in it.
    pub content: NodeRef<html::Div>,
    /// Whether the reader is reading along.
    pub along: RwSignal<bool>,
    /// Where the window on it was, in pixels from the top.
    top: StoredValue<i32>,
}

impl Follow {
    /// To be called in a component's body, and its two nodes to be given to elements of that component.
    pub fn new() -> Self {
        let (scroller, content) = (NodeRef::new(), NodeRef::new());
        let follow = Self { scroller, content, along: RwSignal::new(true), top: StoredValue::new(0) };
        Effect::new(move |_| {
            let (Some(scroller), Some(content)) = (follow.scroller.get(), follow.content.get()) else { return };
            // After layout and before paint: nobody sees the list grow out of the window.
            let grown = Closure::<dyn Fn()>::new(move || {
                if follow.along.get_untracked() {
                    follow.jump();
                }
            });
            if let Ok(observer) = ResizeObserver::new(grown.as_ref().unchecked_ref()) {
                observer.observe(&content);
                observer.observe(&scroller);
                let kept = StoredValue::new_local((observer, grown));
                on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
            }
        });
        follow
    }

    /// The list was scrolled, by whomever: what `on:scroll` of the scroller calls.
    pub fn scrolled(self) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let now = scroller.scroll_top();
        let below = scroller.scroll_height() - now - scroller.client_height();
        // Up counts before close: who scrolls slowly is still close after the first pixel. A list that has become shorter
        // moves up too, but then nothing is below.
        if below > 0 && now < self.top.get_value() {
            self.along.set(false);
        } else if below <= CLOSE {
            self.along.set(true);
        }
        self.top.set_value(now);
    }

    /// Goes to the foot, and stays there.
    pub fn jump(self) {
        self.along.set(true);
        if let Some(scroller) = self.scroller.get_untracked() {
            let scroller: &HtmlElement = &scroller;
            scroller.set_scroll_top(scroller.scroll_height());
            // Noted at once: the list may grow by more than the reader moves before that is heard of.
            self.top.set_value(scroller.scroll_top());
        }
    }
}
