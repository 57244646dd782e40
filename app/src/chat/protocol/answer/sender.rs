//! The sender of an answer's deltas, on the server.

use super::AnswerItem;
use crate::chat::protocol::{message::Delta, progress::Progress};
use starcrossed::{Gone, Sender};

/// Sends an answer to its page.
#[derive(Clone, Debug)]
pub struct DeltaSender(Sender<AnswerItem>);

impl DeltaSender {
    /// Sends one delta, and waits while the page is slow to read.
    ///
    /// # Errors
    /// [`Gone`] once no page waits for the answer.
    pub async fn send(&self, delta: Delta) -> Result<(), Gone> {
        self.0.send(AnswerItem::Delta(delta)).await
    }

    /// Sends the model's progress before its answer. This never waits: without room in the channel, the event is dropped.
    pub fn progress(&self, progress: Progress) {
        _ = self.0.send_if_room(AnswerItem::Progress(progress));
    }
}

impl From<Sender<AnswerItem>> for DeltaSender {
    fn from(sender: Sender<AnswerItem>) -> Self {
        Self(sender)
    }
}
