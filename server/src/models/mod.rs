//! The models behind the chat page: those of model servers, or else the built-in demo.
//!
//! | module | what it does |
//! |---|---|
//! | [`source`] | gets the model servers from the configuration, or finds them; prints the banner |
//! | [`discovery`] | looks for model servers on this machine |
//! | [`upstreams`] | several model servers as one |
//! | [`openai`] | asks one model server |
//! | [`demo`] | the built-in model |

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

/// The least time between two looks for servers.
const SEEK: Duration = Duration::from_secs(1);

/// All models. Clones share them.
#[derive(Clone, Debug)]
pub struct Models {
    servers: Arc<Mutex<Servers>>,
}

/// A way to look for model servers. Servers that it finds are kept, so it need not find them again.
#[derive(Clone)]
pub struct Seek(Arc<dyn Fn() -> BoxFuture<'static, Vec<Client>> + Send + Sync>);

/// The known servers, and the way to look for more.
#[derive(Debug)]
struct Servers {
    upstreams: Upstreams,
    seek: Option<Seek>,
    sought: Option<Instant>,
}

impl Models {
    /// The models of these servers. Without any, the demo answers to every name. `default` is the model of questions that name
    /// none.
    pub fn new(upstreams: impl IntoIterator<Item = Client>, default: Option<String>) -> Self {
        Self::of(Upstreams::new(upstreams, default), None)
    }

    /// The models of servers that may come later. `seek` looks for them at most once a second: for each list, and for questions
    /// that name no model.
    #[must_use]
    pub fn seeking(seek: Seek, default: Option<String>) -> Self {
        Self::finding([], seek, default)
    }

    /// The same with some servers that were found already. Later ones come after them.
    #[must_use]
    pub fn finding(found: impl IntoIterator<Item = Client>, seek: Seek, default: Option<String>) -> Self {
        Self::of(Upstreams::new(found, default), Some(seek))
    }

    fn of(upstreams: Upstreams, seek: Option<Seek>) -> Self {
        let servers = Servers { upstreams, seek, sought: None };
        Self { servers: Arc::new(Mutex::new(servers)) }
    }

    /// The servers, after a look for others if one is wanted and due. Simultaneous callers share one look.
    async fn upstreams(&self, wants_look: bool) -> Upstreams {
        let mut servers = self.servers.lock().await;
        let is_due = servers.sought.is_none_or(|sought| sought.elapsed() >= SEEK);
        if (wants_look || servers.upstreams.is_empty())
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
        // The demo always answers to its name, so that a person can tell a broken page from a broken model server.
        if request.model == demo::NAME {
            return demo::reply(request, deltas).boxed();
        }
        let this = self.clone();
        async move {
            let upstreams = this.upstreams(request.model.is_empty()).await;
            if upstreams.is_empty() {
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
            if upstreams.is_empty() { ModelList::from_names([demo::NAME.to_owned()]) } else { upstreams.list().await }
        }
        .boxed()
    }
}

impl Seek {
    /// Looks by calling `seek`.
    pub fn new(seek: impl Fn() -> BoxFuture<'static, Vec<Client>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(seek))
    }
}

impl fmt::Debug for Seek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seek")
    }
}
