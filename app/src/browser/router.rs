//! The address that the page stands at, and how one address leads to another without the page being loaded again.

use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{Element, HtmlAnchorElement},
};

/// The page's address. The server makes one from the request; in the browser it follows the address bar.
#[derive(Clone, Copy, Debug)]
pub struct Router {
    path: RwSignal<String>,
    /// The address before this one, in this app.
    previous: RwSignal<String>,
}

impl Router {
    /// An address with this path.
    pub fn at(path: &str) -> Self {
        Self { path: RwSignal::new(path.to_owned()), previous: RwSignal::new("/".into()) }
    }

    /// The browser's address now.
    fn here() -> Self {
        Self::at(&pathname())
    }

    /// The address that the server provided, or the browser's, followed from here on. For the whole of the app, once.
    pub fn follow() -> Self {
        let address = use_context().unwrap_or_else(Self::here);
        provide_context(address);
        Effect::new(move |_| {
            let turned = window_event_listener(ev::popstate, move |_| address.set(&pathname()));
            let clicked = window_event_listener(ev::click, move |event| address.on_click(&event));
            on_cleanup(move || {
                turned.remove();
                clicked.remove();
            });
        });
        address
    }

    /// The path: `/`, `/task`, …
    pub fn path(self) -> String {
        self.path.get()
    }

    /// Goes to another address, so that Back leads here again. Does nothing for the address that is there already.
    pub fn push(self, path: &str) {
        if self.path.with_untracked(|here| here != path) {
            let history = window().history();
            _ = history.and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(path)));
            self.set(path);
        }
    }

    /// The address before this one: the target of a link back.
    pub fn previous(self) -> String {
        self.previous.get()
    }

    /// A way within one page, to a footnote of an answer say, is no arrival.
    fn set(self, path: &str) {
        let previous = self.path.get_untracked();
        if previous != path {
            self.previous.set(previous);
            self.path.set(path.to_owned());
        }
    }

    /// Gives the place where the page is another address.
    pub fn replace(self, path: &str) {
        let history = window().history();
        _ = history.and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(path)));
        self.path.set(path.to_owned());
    }

    /// A link to another page of this app is followed without loading anything. Every other click is the browser's.
    fn on_click(self, event: &ev::MouseEvent) {
        let plain = event.button() == 0
            && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
            && !event.default_prevented();
        if let (true, Some(path)) = (plain, event.target().as_ref().and_then(own_link)) {
            event.prevent_default();
            self.push(&path);
        }
    }
}

fn pathname() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The path that a click here leads to, if it stays in this app.
fn own_link(target: &web_sys::EventTarget) -> Option<String> {
    let link = target.dyn_ref::<Element>()?.closest("a[href]").ok()??.dyn_into::<HtmlAnchorElement>().ok()?;
    let stays =
        link.target().is_empty() && link.get_attribute("href")?.starts_with('/') && !link.has_attribute("download");
    stays.then(|| link.pathname())
}
