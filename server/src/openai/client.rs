//! One question on one connection.

use super::{
    context::Room,
    endpoint::{Answering, Endpoint, Kind},
    failure::{Failure, Refusal},
    question::{Extras, Question},
    reader::{Reader, read_beginning},
    upstream::Upstream,
};
use app::{
    chat::message::{ChatRequest, Delta},
    link::{Deltas, Exit, Progress},
};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header::ACCEPT, redirect::Policy};
use std::{sync::Arc, time::Duration};
use tokio::time::{self, Instant};
use url::Url;

/// How long the list of models may take: somebody is looking at an empty box. The words of a refusal get as long.
pub(super) const SHORT: Duration = Duration::from_secs(5);

/// How long to wait before a server that is loading its model is asked again.
const LOADING: Duration = Duration::from_millis(500);

/// How much of a refusal is read, in bytes.
const REFUSAL: usize = 64 * 1024;

/// Asks one model server. Clones share it.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    upstream: Arc<Upstream>,
    pub(super) endpoint: Arc<Endpoint>,
}

impl Client {
    /// A client of this server. Connects to nothing yet.
    ///
    /// # Errors
    /// If the server is asked over TLS, and this machine has no certificates to check it with.
    pub fn new(upstream: Upstream) -> reqwest::Result<Self> {
        Ok(Self { http: http(&upstream)?, upstream: Arc::new(upstream), endpoint: Arc::default() })
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

    async fn answer(&self, mut request: ChatRequest, deltas: &Deltas<Delta>) -> Exit {
        let patience = self.upstream.header_timeout;
        let give_up = Instant::now() + patience;
        let asked = time::timeout_at(give_up, self.ask(&mut request, give_up, deltas)).await;
        match asked.unwrap_or(Err(Failure::Silent(patience))) {
            Ok((response, _answering)) => {
                let exit = Reader::new(&self.upstream, give_up, deltas).read(response).await;
                Exit { full: exit.full || self.room(&request).is_full_after(&exit), ..exit }
            }
            Err(failure) => {
                self.learn_failure(&failure);
                failure.exit(&self.upstream)
            }
        }
    }

    /// Asks, and waits while the server loads its model. The answer runs for as long as what is returned lives.
    async fn ask(
        &self,
        request: &mut ChatRequest,
        give_up: Instant,
        deltas: &Deltas<Delta>,
    ) -> Result<(Response, Answering), Failure> {
        if request.model.is_empty() {
            request.model = self.named(give_up, deltas).await?.unwrap_or_default();
        }
        let answering = self.endpoint.answering().await;
        let mut extras = Extras::of(request, self.endpoint.takes_progress());
        loop {
            match self.post(request, &extras).await {
                Ok(response) => {
                    self.learn(&response, request, &extras);
                    return Ok((response, answering));
                }
                Err(Failure::Refused(refusal)) if refusal.is_loading() => self.loading(give_up, deltas).await?,
                // Again without what the server minds, if that can be done without.
                Err(Failure::Refused(refusal)) if extras.give_up(&refusal) => {}
                Err(failure) => return Err(failure),
            }
        }
    }

    async fn named(&self, give_up: Instant, deltas: &Deltas<Delta>) -> Result<Option<String>, Failure> {
        loop {
            match self.first_model().await {
                Err(Failure::Refused(refusal)) if refusal.is_loading() => self.loading(give_up, deltas).await?,
                named => return named,
            }
        }
    }

    /// The server loads its model: says so, and waits a moment.
    async fn loading(&self, give_up: Instant, deltas: &Deltas<Delta>) -> Result<(), Failure> {
        deltas.progress(Progress::LOADING);
        if Instant::now() + LOADING >= give_up {
            return Err(Failure::Loading(self.upstream.header_timeout));
        }
        time::sleep(LOADING).await;
        Ok(())
    }

    fn learn(&self, response: &Response, request: &ChatRequest, extras: &Extras) {
        if let Some(kind) = Kind::in_headers(response.headers()) {
            self.endpoint.learn_kind(kind);
        }
        self.endpoint.learn_answer(&request.model);
        self.endpoint.learn_progress(extras.return_progress);
    }

    fn learn_failure(&self, failure: &Failure) {
        let has_no_such_model = |refusal: &Refusal| refusal.status == StatusCode::NOT_FOUND;
        match failure {
            Failure::Unreachable(_) => self.endpoint.forget(),
            Failure::Refused(refusal) if has_no_such_model(refusal) => self.endpoint.forget_list(),
            _ => {}
        }
    }

    fn room(&self, request: &ChatRequest) -> Room {
        Room {
            asked: request.most_tokens(),
            context: self.endpoint.context(&request.model),
            is_unlimited: self.endpoint.kind() == Some(Kind::LlamaCpp),
        }
    }

    async fn post(&self, request: &ChatRequest, extras: &Extras) -> Result<Response, Failure> {
        let question = Question { request, stream: true, extras };
        accepted(self.request(Method::POST, self.upstream.endpoint("chat/completions")).json(&question)).await
    }

    /// A request with all that it needs, and nothing that it doesn't: `X-Conversation-Id` would make llama-server go
    /// on generating after the connection has gone.
    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.http.request(method, url);
        let request = request.header(ACCEPT, "text/event-stream, application/json");
        match self.upstream.key() {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }
}

/// Sends a request, and takes only yes for an answer.
pub(super) async fn accepted(request: RequestBuilder) -> Result<Response, Failure> {
    let mut response = request.send().await.map_err(Failure::Unreachable)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let headers = response.headers().clone();
    // A refusal whose words don't come is still one.
    let body = time::timeout(SHORT, read_beginning(&mut response, REFUSAL)).await;
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
