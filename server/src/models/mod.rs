//! The models behind the chat page: those of the servers that were found or given, or else the built-in one.

pub mod demo;
pub mod discovery;
pub mod openai;
pub mod source;
pub(crate) mod upstreams;

use crate::models::{openai::Client, upstreams::Upstreams};
use app::chat::protocol::{
    answer::{DeltaSender, Exit},
    message::{ChatRequest, ModelList},
    model::Model,
};
use futures::{FutureExt, future::BoxFuture};
use std::{fmt, sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};

/// How often servers are looked for, at most.
const SEEK: Duration = Duration::from_secs(1);

/// Every model that can be asked here. Clones share them.
#[derive(Clone, Debug)]
pub struct Models {
    servers: Arc<Mutex<Servers>>,
}

/// A way to look for model servers. What it finds is kept, what it doesn't find is looked for again. What it has found before
/// need not be found again.
#[derive(Clone)]
pub struct Seek(Arc<dyn Fn() -> BoxFuture<'static, Vec<Client>> + Send + Sync>);

/// The servers, and how to look for more.
#[derive(Debug)]
struct Servers {
    upstreams: Upstreams,
    seek: Option<Seek>,
    sought: Option<Instant>,
}

impl Models {
    /// The models of these servers; without any, the built-in model answers to every name. `default` answers if none is
    /// named.
    pub fn new(upstreams: impl IntoIterator<Item = Client>, default: Option<String>) -> Self {
        Self::of(Upstreams::new(upstreams, default), None)
    }

    /// The same, of servers that are not there yet. `seek` looks for them whenever a list is wanted, or an answer of no model
    /// that is named, at most once a second.
    #[must_use]
    pub fn seeking(seek: Seek, default: Option<String>) -> Self {
        Self::finding([], seek, default)
    }

    /// The same, where some have been found already. Those that are found later come after them.
    #[must_use]
    pub fn finding(found: impl IntoIterator<Item = Client>, seek: Seek, default: Option<String>) -> Self {
        Self::of(Upstreams::new(found, default), Some(seek))
    }

    fn of(upstreams: Upstreams, seek: Option<Seek>) -> Self {
        let servers = Servers { upstreams, seek, sought: None };
        Self { servers: Arc::new(Mutex::new(servers)) }
    }

    /// The servers that there are, and before that a look for others if one is wanted and due. However many want one, one of them
    /// looks.
    async fn upstreams(&self, wants_look: bool) -> Upstreams {
        let mut servers = self.servers.lock().await;
        let is_due = servers.sought.is_none_or(|sought| sought.elapsed() >= SEEK);
        if (wants_look || servers.upstreams.are_none())
            && is_due
            && let Some(Seek(seek)) = servers.seek.clone()
        {
            let found = seek().await;
            if !found.is_empty() {
                servers.upstreams = servers.upstreams.with(found);
            }
            servers.sought = Some(Instant::now());
        }
        servers.upstreams.clone()
    }
}

impl Model for Models {
    fn reply(&self, request: ChatRequest, deltas: DeltaSender) -> BoxFuture<'static, Exit> {
        // Asked for by its name the demo answers in any case: it tells a broken page from a broken model server.
        if request.model == demo::NAME {
            return demo::reply(request, deltas).boxed();
        }
        let this = self.clone();
        async move {
            let upstreams = this.upstreams(request.model.is_empty()).await;
            if upstreams.are_none() {
                demo::reply(request, deltas).await
            } else {
                upstreams.reply(request, deltas).await
            }
        }
        .boxed()
    }

    fn list(&self) -> BoxFuture<'static, ModelList> {
        let this = self.clone();
        async move {
            let upstreams = this.upstreams(true).await;
            if upstreams.are_none() { ModelList::from_names([demo::NAME.to_owned()]) } else { upstreams.list().await }
        }
        .boxed()
    }
}

impl Seek {
    /// This way.
    pub fn new(seek: impl Fn() -> BoxFuture<'static, Vec<Client>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(seek))
    }
}

impl fmt::Debug for Seek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seek")
    }
}
