//! Other tabs: what one has written, the others may want to read again.

use leptos::{
    wasm_bindgen::{JsCast, prelude::Closure},
    web_sys::{BroadcastChannel, MessageEvent},
};

const CHANNEL: &str = "starcrossed";

/// The line to the other tabs of this page. Drop it, and nothing more is heard.
#[derive(Debug)]
pub struct Tabs {
    channel: BroadcastChannel,
    _hear: Closure<dyn FnMut(MessageEvent)>,
}

impl Tabs {
    /// Listens: `changed` hears the id of each conversation that another tab has changed or deleted. None where the
    /// browser has no such line; then tabs learn of each other when they are reloaded.
    pub fn listen(changed: Box<dyn Fn(String)>) -> Option<Self> {
        let channel = BroadcastChannel::new(CHANNEL).ok()?;
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(id) = event.data().as_string() {
                changed(id);
            }
        });
        channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        Some(Self { channel, _hear: hear })
    }

    /// Tells the others that this conversation has changed: once it is written, and not for each second of an answer.
    pub fn tell(&self, conversation: &str) {
        // It fails only on a channel that is closed, and then nobody listens.
        _ = self.channel.post_message(&conversation.into());
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
