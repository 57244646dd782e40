//! The models behind the chat page: those of the server that was found or given, or else the built-in one.

use crate::{demo, openai};
use app::{
    chat::{
        message::{ChatRequest, Delta, ModelList},
        model::Model,
    },
    link::{Deltas, Exit},
};
use futures::{FutureExt, future::BoxFuture};

/// Every model that can be asked here.
#[derive(Debug)]
pub struct Models {
    upstream: Option<openai::Client>,
}

impl Models {
    /// The models of this server; without one, the built-in model answers to every name.
    #[must_use]
    pub const fn new(upstream: Option<openai::Client>) -> Self {
        Self { upstream }
    }
}

impl Model for Models {
    fn reply(&self, request: ChatRequest, deltas: Deltas<Delta>) -> BoxFuture<'static, Exit> {
        match &self.upstream {
            // Asked for by its name it answers in any case: it is what tells a broken page from a broken model server.
            Some(upstream) if request.model != demo::NAME => {
                let upstream = upstream.clone();
                async move { upstream.reply(request, deltas).await }.boxed()
            }
            _ => demo::reply(request, deltas).boxed(),
        }
    }

    fn list(&self) -> BoxFuture<'static, ModelList> {
        match self.upstream.clone() {
            Some(upstream) => async move { upstream.list().await }.boxed(),
            None => futures::future::ready(ModelList::of([demo::NAME.to_owned()])).boxed(),
        }
    }
}
