//! The models behind the chat page: those of the servers that were found or given, or else the built-in one.

use crate::{demo, openai::Client, upstreams::Upstreams};
use app::{
    chat::{
        message::{ChatRequest, Delta, ModelList},
        model::Model,
    },
    link::{Deltas, Exit},
};
use futures::{
    FutureExt,
    future::{BoxFuture, ready},
};

/// Every model that can be asked here.
#[derive(Debug)]
pub struct Models {
    upstreams: Upstreams,
}

impl Models {
    /// The models of these servers; without any, the built-in model answers to every name. `default` answers if none is
    /// named.
    pub fn new(upstreams: impl IntoIterator<Item = Client>, default: Option<String>) -> Self {
        Self { upstreams: Upstreams::new(upstreams, default) }
    }
}

impl Model for Models {
    fn reply(&self, request: ChatRequest, deltas: Deltas<Delta>) -> BoxFuture<'static, Exit> {
        // Asked for by its name the demo answers in any case: it tells a broken page from a broken model server.
        if self.upstreams.are_none() || request.model == demo::NAME {
            return demo::reply(request, deltas).boxed();
        }
        let upstreams = self.upstreams.clone();
        async move { upstreams.reply(request, deltas).await }.boxed()
    }

    fn list(&self) -> BoxFuture<'static, ModelList> {
        if self.upstreams.are_none() {
            return ready(ModelList::of([demo::NAME.to_owned()])).boxed();
        }
        let upstreams = self.upstreams.clone();
        async move { upstreams.list().await }.boxed()
    }
}
