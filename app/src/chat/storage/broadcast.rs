//! Other tabs: what one has written, the others may want to read again; and how much each has under way.

use leptos::{
    wasm_bindgen::{JsCast, prelude::Closure},
    web_sys::{BroadcastChannel, MessageEvent},
};

/// The line on which the ids of conversations are told that have been changed or deleted.
pub const CHANGED: &str = "starcrossed";

/// A line to the other tabs of this page. Drop it, and nothing more is heard.
#[derive(Debug)]
pub struct Tabs {
    channel: BroadcastChannel,
    _hear: Closure<dyn FnMut(MessageEvent)>,
}

impl Tabs {
    /// Listens: `heard` hears whatever another tab tells on this line. None where the browser has no such lines; then tabs
    /// learn of each other when they are reloaded.
    pub fn listen(line: &str, heard: Box<dyn Fn(String)>) -> Option<Self> {
        let channel = BroadcastChannel::new(line).ok()?;
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(told) = event.data().as_string() {
                heard(told);
            }
        });
        channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        Some(Self { channel, _hear: hear })
    }

    /// Tells the others.
    pub fn tell(&self, what: &str) {
        // It fails only on a channel that is closed, and then nobody listens.
        _ = self.channel.post_message(&what.into());
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
