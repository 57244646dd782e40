//! One question on one connection.

use super::{
    catalog::{self, Listed},
    failure::{Failure, Refusal},
    question::{Extras, Question},
    reader::{Reader, read_whole},
    upstream::Upstream,
};
use app::{
    chat::message::{ChatRequest, Delta},
    link::{Deltas, Exit},
};
use reqwest::{Method, RequestBuilder, Response, header::ACCEPT, redirect::Policy};
use std::{sync::Arc, time::Duration};
use tokio::time::{self, Instant};

/// How long the list of models may take: somebody is looking at an empty box. The words of a refusal get as long.
const SHORT: Duration = Duration::from_secs(5);

/// Asks one model server. Clones share it.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    upstream: Arc<Upstream>,
}

impl Client {
    /// A client of this server. Connects to nothing yet.
    ///
    /// # Errors
    /// If the server is asked over TLS, and this machine has no certificates to check it with.
    pub fn new(upstream: Upstream) -> reqwest::Result<Self> {
        Ok(Self { http: http(&upstream)?, upstream: Arc::new(upstream) })
    }

    /// The server that it asks.
    #[must_use]
    pub fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// Asks, passes on the answer as it comes, and says how it ended. Drop this, and the connection is closed.
    pub async fn reply(&self, request: ChatRequest, deltas: Deltas<Delta>) -> Exit {
        let limit = self.upstream.answer_timeout;
        let exit = time::timeout(limit, self.answer(request, &deltas)).await;
        exit.unwrap_or_else(|_| Failure::TooSlow(limit).exit(&self.upstream))
    }

    async fn answer(&self, request: ChatRequest, deltas: &Deltas<Delta>) -> Exit {
        let patience = self.upstream.header_timeout;
        let give_up = Instant::now() + patience;
        match time::timeout_at(give_up, self.ask(request)).await.unwrap_or(Err(Failure::Silent(patience))) {
            Ok(response) => Reader::new(&self.upstream, give_up, deltas).read(response).await,
            Err(failure) => failure.exit(&self.upstream),
        }
    }

    /// The names of the server's models, in its own order.
    ///
    /// # Errors
    /// Why there are none to be had: a sentence for the person.
    pub async fn models(&self) -> Result<Vec<String>, String> {
        Ok(self.listed().await?.into_iter().map(|model| model.name).collect())
    }

    /// The same, with what the server says of each.
    pub(crate) async fn listed(&self) -> Result<Vec<Listed>, String> {
        self.list().await.map_err(|failure| failure.sentence(&self.upstream))
    }

    async fn list(&self) -> Result<Vec<Listed>, Failure> {
        time::timeout(SHORT, self.ask_for_list()).await.unwrap_or(Err(Failure::Silent(SHORT)))
    }

    async fn ask_for_list(&self) -> Result<Vec<Listed>, Failure> {
        let mut response = accepted(self.request(Method::GET, "models")).await?;
        let body = read_whole(&mut response).await?;
        catalog::models(body.as_bytes()).ok_or(Failure::Rubbish(body))
    }

    /// Asks, and again without what the server minds, if that can be done without.
    async fn ask(&self, mut request: ChatRequest) -> Result<Response, Failure> {
        if request.model.is_empty() {
            request.model = self.list().await?.into_iter().next().map(|first| first.name).unwrap_or_default();
        }
        let mut extras = Extras::of(&request);
        loop {
            match self.post(&request, &extras).await {
                Err(Failure::Refused(refusal)) if extras.give_up(&refusal) => {}
                asked => return asked,
            }
        }
    }

    async fn post(&self, request: &ChatRequest, extras: &Extras) -> Result<Response, Failure> {
        let question = Question { request, stream: true, extras };
        accepted(self.request(Method::POST, "chat/completions").json(&question)).await
    }

    /// A request with all that it needs, and nothing that it doesn't: `X-Conversation-Id` would make llama-server go
    /// on generating after the connection has gone.
    fn request(&self, method: Method, part: &str) -> RequestBuilder {
        let request = self.http.request(method, self.upstream.endpoint(part));
        let request = request.header(ACCEPT, "text/event-stream, application/json");
        match self.upstream.key() {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }
}

/// Sends a request, and takes only yes for an answer.
async fn accepted(request: RequestBuilder) -> Result<Response, Failure> {
    let mut response = request.send().await.map_err(Failure::Unreachable)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let headers = response.headers().clone();
    // A refusal whose words don't come is still one.
    let body = time::timeout(SHORT, read_whole(&mut response)).await;
    let body = body.ok().and_then(Result::ok).unwrap_or_default();
    Err(Failure::Refused(Box::new(Refusal { status, headers, body })))
}

fn http(upstream: &Upstream) -> reqwest::Result<reqwest::Client> {
    let mut http = reqwest::Client::builder()
        .user_agent(concat!("starcrossed/", env!("CARGO_PKG_VERSION")))
        // One connection for one question, so that the end of one is the end of the other: over HTTP/2 a kill would
        // only reset a stream, and a pooled connection may turn out to be closed already, as llama-server's are.
        .http1_only()
        .pool_max_idle_per_host(0)
        // A POST that is redirected comes out as a GET, and its key might go to strangers.
        .redirect(Policy::none())
        // Never `timeout`: it is for the whole answer, and a long answer is no fault. A server that vanishes without a
        // word is found out by the keep-alive of TCP, which reqwest turns on.
        .connect_timeout(upstream.connect_timeout);
    if upstream.is_loopback() {
        http = http.no_proxy();
    }
    if upstream.url.scheme() == "http" {
        // Nothing to check, so nothing to load: there may be no certificates at all, as in a bare container.
        http = http.tls_certs_only([]);
    }
    http.build()
}
