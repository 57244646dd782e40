//! The server's end of an answer.

use super::AnswerItem;
use crate::chat::protocol::{message::Delta, progress::Progress};
use starcrossed::{Gone, Sender};

/// Sends an answer to its page.
#[derive(Clone, Debug)]
pub struct DeltaSender(Sender<AnswerItem>);

impl DeltaSender {
    /// Sends one piece of the answer, and waits while the page is slow to read.
    ///
    /// # Errors
    /// [`Gone`] once nobody waits for the answer.
    pub async fn send(&self, delta: Delta) -> Result<(), Gone> {
        self.0.send(AnswerItem::Delta(delta)).await
    }

    /// Says what the model does before its answer. Nobody waits for that: without room for it, it is left out.
    pub fn progress(&self, progress: Progress) {
        _ = self.0.send_if_room(AnswerItem::Progress(progress));
    }
}

impl From<Sender<AnswerItem>> for DeltaSender {
    fn from(sender: Sender<AnswerItem>) -> Self {
        Self(sender)
    }
}
