//! A list that grows at its foot, and a reader who may be somewhere else in it.
//!
//! The page follows the foot until a person scrolls up: by wheel, finger, key or scroll bar. Browsers scroll as well, and
//! say so with the same event: WebKit sets a scroller back when a block in it is replaced. So a scroll event alone ends
//! nothing while the list changes. See [`gesture`] for how the two are told apart.

pub(crate) mod gesture;

use crate::browser::follow_scroll::gesture::Gesture;
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
    /// The scroll container.
    pub scroller: NodeRef<html::Main>,
    /// The content, which grows.
    pub content: NodeRef<html::Div>,
    /// Whether the reader is reading along. Nobody is before there is something to read.
    pub is_following: RwSignal<bool>,
    /// The last scroll position, in pixels from the top.
    top: StoredValue<i32>,
}

/// The scroll position, in pixels.
#[derive(Clone, Copy, Debug)]
struct Place {
    before: i32,
    now: i32,
    below: i32,
    height: i32,
}

impl Follow {
    /// To be called in a component's body, and its two nodes to be given to elements of that component.
    pub fn new() -> Self {
        let (scroller, content) = (NodeRef::new(), NodeRef::new());
        Self { scroller, content, is_following: RwSignal::new(false), top: StoredValue::new(0) }
    }

    /// Follows from here on, until the component ends in which this is called.
    pub fn begin(self) {
        Effect::new(move |_| {
            let (Some(scroller), Some(content)) = (self.scroller.get(), self.content.get()) else { return };
            let scroller: &HtmlElement = &scroller;
            // After layout and before paint: nobody sees the list grow out of the window.
            let grown = Closure::<dyn Fn()>::new(move || {
                if self.is_following.get_untracked() {
                    self.jump();
                }
            });
            if let Ok(observer) = ResizeObserver::new(grown.as_ref().unchecked_ref()) {
                observer.observe(&content);
                observer.observe(scroller);
                let kept = StoredValue::new_local((observer, grown));
                on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
            }
            let hand = Gesture::watch(scroller, &content, move || self.leave());
            gesture::listen(scroller, &["scroll"], move |_| self.scrolled(hand));
            Effect::new(move |_| {
                if self.is_following.get() {
                    hand.rest();
                }
            });
        });
    }

    /// Goes to the foot, and stays there.
    pub fn jump(self) {
        if !self.is_following.get_untracked() {
            self.is_following.set(true);
        }
        if let Some(scroller) = self.scroller.get_untracked() {
            let scroller: &HtmlElement = &scroller;
            scroller.set_scroll_top(scroller.scroll_height());
            // Noted at once: the list may grow by more than the reader moves before that is heard of.
            self.top.set_value(scroller.scroll_top());
        }
    }

    /// Goes to the foot of another list, which comes next. While the lists change places the browser may set the window to
    /// the top, so no move from below it is the reader's.
    pub fn open(self) {
        self.jump();
        self.top.set_value(0);
    }

    /// Goes to the top, where there is nothing to read along.
    pub fn rise(self) {
        self.is_following.set(false);
        if let Some(scroller) = self.scroller.get_untracked() {
            scroller.set_scroll_top(0);
            self.top.set_value(0);
        }
    }

    /// The program itself has led the reader somewhere.
    pub fn led(self) {
        if let Some(place) = self.place() {
            self.is_following.set(place.below <= CLOSE);
        }
    }

    /// A person wants to go up, if there is a way up.
    fn leave(self) {
        if self.is_following.get_untracked() && self.top.get_value() > 0 {
            self.is_following.set(false);
        }
    }

    /// The list was scrolled, by whomever.
    fn scrolled(self, hand: Gesture) {
        let Some(place) = self.place() else { return };
        if !self.is_following.get_untracked() {
            if place.is_back() {
                self.is_following.set(true);
            }
        } else if place.is_up() && hand.is_behind(place.before - place.now, place.height) {
            self.is_following.set(false);
        } else if place.below > 0 {
            self.jump();
        }
    }

    /// The current scroll position, and the one of the call before.
    fn place(self) -> Option<Place> {
        let scroller = self.scroller.get_untracked()?;
        let (now, height) = (scroller.scroll_top(), scroller.client_height());
        let before = self.top.try_update_value(|top| std::mem::replace(top, now))?;
        Some(Place { before, now, below: scroller.scroll_height() - now - height, height })
    }
}

impl Place {
    /// Up counts before close: who scrolls slowly is still close after the first pixel. A list that has become shorter moves
    /// up too, but then nothing is below.
    const fn is_up(self) -> bool {
        self.below > 0 && self.now < self.before
    }

    /// A reader who reaches the end follows it again. So does a reader whom a shorter list has left there.
    const fn is_back(self) -> bool {
        if self.now < self.before { self.below <= 0 } else { self.now > self.before && self.below <= CLOSE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn place(before: i32, now: i32, below: i32) -> Place {
        Place { before, now, below, height: 600 }
    }

    #[test]
    fn the_first_pixel_upwards_is_up_however_close_the_foot_is() {
        assert!(place(1000, 999, 1).is_up());
        assert!(!place(1000, 999, 1).is_back());
    }

    #[test]
    fn a_list_that_has_become_shorter_leaves_the_reader_at_its_foot() {
        assert!(!place(1000, 800, 0).is_up());
        assert!(place(1000, 800, 0).is_back());
    }

    #[test]
    fn who_comes_down_to_the_foot_is_back_and_who_only_comes_closer_is_not() {
        assert!(place(900, 1000, CLOSE).is_back());
        assert!(!place(900, 1000, CLOSE + 1).is_back());
        assert!(!place(1000, 1000, 0).is_back(), "an event that comes late says nothing new");
    }
}
