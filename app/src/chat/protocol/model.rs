//! What the page needs of a model. The server supplies one through context; keys and sockets stay over there.

use super::message::{ChatRequest, ModelList};
use crate::chat::protocol::answer::{DeltaSender, Exit};
use futures::future::BoxFuture;
use std::sync::Arc;

/// Something that answers.
pub trait Model: Send + Sync {
    /// Answers, delta by delta, and returns how that ended. It is dropped when nobody waits for the answer any more:
    /// whatever it holds open must close by being dropped.
    fn reply(&self, request: ChatRequest, deltas: DeltaSender) -> BoxFuture<'static, Exit>;

    /// The models that can be asked now.
    fn list(&self) -> BoxFuture<'static, ModelList>;
}

/// The model as it is found in context.
pub type SharedModel = Arc<dyn Model>;
