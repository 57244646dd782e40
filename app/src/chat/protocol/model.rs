//! The interface to the models. The server implements it and supplies it through context, so keys and sockets stay there.

use super::message::{ChatRequest, ModelList};
use crate::chat::protocol::answer::{DeltaSender, Exit};
use futures::future::BoxFuture;
use std::sync::Arc;

/// The models of this server.
pub trait Model: Send + Sync {
    /// Answers a request delta by delta, and returns the end of the answer. The future is dropped when no page waits for the
    /// answer any more: everything that it holds open must close on drop.
    fn reply(&self, request: ChatRequest, deltas: DeltaSender) -> BoxFuture<'static, Exit>;

    /// The models that are available now.
    fn list(&self) -> BoxFuture<'static, ModelList>;
}

/// The [`Model`] in the context.
pub type SharedModel = Arc<dyn Model>;
