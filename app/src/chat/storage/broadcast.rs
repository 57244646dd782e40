//! News between tabs, over [`BroadcastChannel`]: the conversations that changed, the answers that a tab writes, and the
//! number of its connections.

use leptos::{
    wasm_bindgen::{JsCast, prelude::Closure},
    web_sys::{BroadcastChannel, MessageEvent},
};

/// The channel of the ids of conversations that were changed or deleted.
pub(crate) const CONVERSATION_CHANGED: &str = "starcrossed";

/// A subscription to a channel between the tabs of this page. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct TabChannel {
    channel: BroadcastChannel,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl TabChannel {
    /// Subscribes `on_post` to everything that another tab posts on this channel. None where the browser has no broadcast
    /// channels: a tab then sees the changes of others only after a reload.
    pub(crate) fn subscribe(name: &str, on_post: Box<dyn Fn(String)>) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(message) = event.data().as_string() {
                on_post(message);
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self { channel, _on_message: on_message })
    }

    /// Posts a message to all other tabs.
    pub(crate) fn post(&self, message: &str) {
        // This fails only on a closed channel, which has no listener either.
        _ = self.channel.post_message(&message.into());
    }
}

impl Drop for TabChannel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
