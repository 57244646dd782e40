//! Whether a person scrolls, or the browser.
//!
//! A wheel that turns up is certain. A finger, a key, a click on a link within the page, the scroll bar and a dragging mouse
//! may scroll or not: scroll events that follow such an input within a time limit are the person's.
//!
//! Scroll events without any input are the person's in two cases: the list has not changed shortly before (find in page, a
//! screen reader), or the distance is more than a window's height, which no browser scrolls by itself. A tool that moves up
//! by less while the list grows is taken for the browser, and undone. The reader can scroll up first.

use js_sys::{Array, Function, Reflect};
use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, JsValue, prelude::Closure},
    web_sys::{AddEventListenerOptions, Element, Event, EventTarget, KeyboardEvent, PointerEvent, WheelEvent},
};
use send_wrapper::SendWrapper;

use crate::browser::{next_frame::in_next_frame, now_ms};

/// The time for which the window may move on after a key press or a click, in milliseconds.
const SMOOTH_MS: f64 = 1000.0;
/// The same after a finger has left the list.
const MOMENTUM_MS: f64 = 3000.0;
/// The time within which a browser may move the window because of a change of the list, in milliseconds.
const SETTLING_MS: f64 = 300.0;
/// The largest width of a scroll bar that lies over the list, in pixels.
const BAR: i32 = 16;
/// The button whose press makes some browsers scroll with the mouse: <https://www.w3.org/TR/uievents/#dom-mouseevent-button>.
const MIDDLE: i16 = 1;
/// The distance of a drag by mouse, in pixels. A click may move the mouse by less.
const DRAG: i32 = 4;

/// The input that may scroll, by the page's clock.
#[derive(Clone, Copy)]
pub(super) struct Gesture {
    /// Until when a scroll is theirs; infinite while they hold the scroll bar or drag.
    until_ms: StoredValue<f64>,
    /// The position of the last mouse press, in pixels from the top left of the window.
    pressed: StoredValue<(i32, i32)>,
    /// When a change of the list was drawn last; infinite for one that is about to be.
    drawn_ms: StoredValue<f64>,
}

impl Gesture {
    /// Watches until the reactive owner ends. `leave` is called when a person certainly wants to go up.
    pub(super) fn watch(scroller: &Element, content: &Element, leave: impl Fn() + Copy + 'static) -> Self {
        let hand = Self {
            until_ms: StoredValue::new(f64::NEG_INFINITY),
            pressed: StoredValue::new((0, 0)),
            drawn_ms: StoredValue::new(f64::NEG_INFINITY),
        };
        listen(scroller, &["wheel"], move |event| {
            if event.dyn_ref::<WheelEvent>().is_some_and(turns_up) {
                leave();
            }
        });
        let finger = StoredValue::new(f64::INFINITY);
        listen(scroller, &["touchstart", "touchmove"], move |event| {
            let Some(now) = finger_of(&event) else { return };
            let before = finger.try_update_value(|finger| std::mem::replace(finger, now));
            // A finger that moves down draws the list down with it.
            if event.type_() == "touchmove" && before.is_some_and(|before| now > before) {
                hand.allow(MOMENTUM_MS);
            }
        });
        let bar = scroller.clone();
        listen(scroller, &["pointerdown", "pointermove", "pointercancel", "click"], move |event| {
            hand.hear_pointer(&event, &bar);
        });
        listen(&window(), &["pointerup"], move |_| hand.let_go());
        listen(&window(), &["keydown"], move |event| {
            if event.dyn_ref::<KeyboardEvent>().is_some_and(may_go_up) {
                hand.allow(SMOOTH_MS);
            }
        });
        observe(content, move || hand.note_change());
        hand
    }

    /// Whether a person moved the window up so far, in pixels, in a window so high.
    pub(super) fn is_behind(self, distance: i32, height: i32) -> bool {
        let now_ms = now_ms();
        now_ms < self.until_ms.get_value() || now_ms - self.drawn_ms.get_value() > SETTLING_MS || distance > height
    }

    /// What the browser does because of a change, it tells of before the next frame is drawn. However long that takes.
    fn note_change(self) {
        let drawn_ms = self.drawn_ms.try_update_value(|drawn| std::mem::replace(drawn, f64::INFINITY));
        if drawn_ms.is_some_and(|drawn_ms| drawn_ms < f64::INFINITY) {
            in_next_frame(move || _ = self.drawn_ms.try_set_value(now_ms()));
        }
    }

    fn allow(self, ms: f64) {
        let until_ms = now_ms() + ms;
        self.until_ms.update_value(|until| *until = until.max(until_ms));
    }

    /// What the person did has led them to the foot. A browser's own scroll after that is not theirs.
    pub(super) fn rest(self) {
        self.until_ms.update_value(|until| *until = if *until < f64::INFINITY { f64::NEG_INFINITY } else { *until });
    }

    fn hold(self) {
        self.until_ms.set_value(f64::INFINITY);
    }

    /// The scroll bar was released, or what was dragged, if something was held.
    fn let_go(self) {
        let now_ms = now_ms();
        self.until_ms.update_value(|until| *until = if *until < f64::INFINITY { *until } else { now_ms + SMOOTH_MS });
    }

    fn hear_pointer(self, event: &Event, scroller: &Element) {
        let Some(pointer) = event.dyn_ref::<PointerEvent>() else { return };
        let is_touch = pointer.pointer_type() == "touch";
        match event.type_().as_str() {
            "pointerdown" if !is_touch => {
                self.pressed.set_value((pointer.client_x(), pointer.client_y()));
                if is_on_bar(pointer, scroller) || pointer.button() == MIDDLE {
                    self.hold();
                }
            }
            // The browser takes a finger over from the page that pans, and scrolls.
            "pointercancel" => self.allow(MOMENTUM_MS),
            // Chromium tells of no release of a scroll bar: the mouse that moves with no button held does.
            "pointermove" if pointer.buttons() == 0 => self.let_go(),
            // A mouse that selects text scrolls once it leaves the window.
            "pointermove" if !is_touch && self.is_dragging(pointer) => self.hold(),
            "click" if is_way_within(event) => self.allow(SMOOTH_MS),
            _ => {}
        }
    }

    fn is_dragging(self, pointer: &PointerEvent) -> bool {
        let (x, y) = self.pressed.get_value();
        (pointer.client_x() - x).abs().max((pointer.client_y() - y).abs()) >= DRAG
    }
}

/// Whether the scroll bar is pressed, which may lie beside the list or over it. It belongs to the scroller itself.
fn is_on_bar(pointer: &PointerEvent, scroller: &Element) -> bool {
    let is_scroller = pointer.target().is_some_and(|target| target == ***scroller);
    is_scroller && pointer.offset_x() >= scroller.client_width() - BAR
}

/// Hears these events of a target until the reactive owner ends. The browser doesn't wait for it before it scrolls.
pub(super) fn listen(target: &EventTarget, names: &[&str], heard: impl Fn(Event) + 'static) {
    let hear = Closure::<dyn Fn(Event)>::new(heard);
    let options = AddEventListenerOptions::new();
    options.set_passive(true);
    for name in names {
        let hear = hear.as_ref().unchecked_ref();
        _ = target.add_event_listener_with_callback_and_add_event_listener_options(name, hear, &options);
    }
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let held = SendWrapper::new((target.clone(), hear));
    on_cleanup(move || {
        let (target, hear) = held.take();
        for name in names {
            _ = target.remove_event_listener_with_callback(&name, hear.as_ref().unchecked_ref());
        }
    });
}

/// Calls `changed` after each change of what is in an element, until the reactive owner ends.
fn observe(element: &Element, changed: impl Fn() + 'static) {
    let hear = Closure::<dyn Fn()>::new(changed);
    let Ok(observer) = observer_of(element, hear.as_ref()) else { return };
    let held = SendWrapper::new((observer, hear));
    on_cleanup(move || {
        let (observer, _hear) = held.take();
        let disconnect = Reflect::get(&observer, &"disconnect".into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
        _ = disconnect.map(|disconnect| disconnect.call0(&observer));
    });
}

fn observer_of(element: &Element, hear: &JsValue) -> Result<JsValue, JsValue> {
    let make: Function = Reflect::get(&window(), &"MutationObserver".into())?.dyn_into()?;
    let observer = Reflect::construct(&make, &Array::of1(hear))?;
    let observe: Function = Reflect::get(&observer, &"observe".into())?.dyn_into()?;
    let what = js_sys::Object::new();
    for kind in ["childList", "characterData", "subtree"] {
        Reflect::set(&what, &kind.into(), &JsValue::TRUE)?;
    }
    observe.call2(&observer, element, &what)?;
    Ok(observer)
}

/// Up, and not to a side, nor to another size of the page.
fn turns_up(wheel: &WheelEvent) -> bool {
    let is_plain = !wheel.ctrl_key() && !wheel.shift_key();
    is_plain && wheel.delta_y() < 0.0 && wheel.delta_y().abs() >= wheel.delta_x().abs()
}

/// The first finger's distance from the top, in pixels.
fn finger_of(event: &Event) -> Option<f64> {
    let touches = Reflect::get(event, &"touches".into()).ok()?;
    let first = Reflect::get_u32(&touches, 0).ok().filter(JsValue::is_object)?;
    Reflect::get(&first, &"clientY".into()).ok()?.as_f64()
}

fn is_way_within(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest("a[href^='#']").is_ok_and(|link| link.is_some()))
}

fn may_go_up(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_typed = target.is_some_and(|target| target.matches("textarea,input,select").unwrap_or(false));
    key_may_go_up(&event.key(), event.shift_key(), event.ctrl_key() || event.meta_key(), is_typed)
}

/// Whether a key press may move the window up. What is typed into a field moves no window, unless it leads to another
/// field or to the browser's search.
fn key_may_go_up(key: &str, shift: bool, command: bool, is_typed: bool) -> bool {
    match key {
        "Tab" | "F3" => true,
        "f" | "F" | "g" | "G" => command,
        "PageUp" | "ArrowUp" | "Home" => !is_typed,
        " " => shift && !is_typed,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_lead_up_count_and_what_is_typed_does_not() {
        for key in ["PageUp", "ArrowUp", "Home"] {
            assert!(key_may_go_up(key, false, false, false), "{key}");
            assert!(!key_may_go_up(key, false, false, true), "{key} in a field");
        }
        assert!(key_may_go_up(" ", true, false, false));
        for (key, shift) in [(" ", false), ("PageDown", false), ("End", false), ("Enter", false), ("Escape", false)] {
            assert!(!key_may_go_up(key, shift, false, false), "{key}");
        }
    }

    #[test]
    fn a_search_of_the_browser_counts_from_wherever_it_is_opened() {
        assert!(key_may_go_up("f", false, true, true) && key_may_go_up("F3", false, false, true));
        assert!(!key_may_go_up("f", false, false, true));
    }
}
