//! Asks one question on one connection.

use super::endpoint::Endpoint;
use crate::{
    models::openai::{
        connection::{trust, upstream::Upstream},
        endpoint::host::{Answering, Kind},
        error::{Failure, Refusal, context_length::Room},
        request::{OptionalFields, Progressing, Question, Refused},
        stream::reader::{Reader, read_beginning},
    },
    os::pauses::{self, timeout, timeout_at},
};
use app::chat::protocol::{
    answer::{Completion, DeltaSender, Exit},
    message::{ChatRequest, Role},
    progress::Progress,
};
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING},
    redirect::Policy,
};
use rustls::ClientConfig;
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::time::{self, Instant};
use url::Url;

/// The time limit for the list of models, since a person is looking at an empty menu; also for the body of a refusal.
pub(crate) const SHORT: Duration = Duration::from_secs(5);

/// The pause before a server that is loading its model is asked again.
const LOADING: Duration = Duration::from_millis(500);

/// The most bytes of a refusal that are read.
const REFUSAL: usize = 64 * 1024;

/// The time limit to connect for anything but an answer. It is shorter than [`SHORT`], so that an unreachable server can be told
/// from a silent one.
const ASIDE: Duration = Duration::from_secs(2);

/// Asks one model server. Clones share it.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    /// The same with the connect timeout [`ASIDE`].
    aside: reqwest::Client,
    upstream: Arc<Upstream>,
    pub(crate) endpoint: Arc<Endpoint>,
}

impl Client {
    /// A client of this server. It doesn't connect yet.
    ///
    /// # Errors
    /// If the server is asked over TLS, and this machine has no certificates to check it with: a sentence for the person.
    pub fn new(upstream: Upstream) -> Result<Self, String> {
        let limit = upstream.limits.connect_timeout;
        // Over plain HTTP there is nothing to check: there may be no certificates at all, as in a bare container.
        let tls = if upstream.url.scheme() == "https" { Some(trust::tls()?) } else { None };
        let http = |limit| http(&upstream, tls.clone(), limit).map_err(|error| error.to_string());
        let (http, aside) = (http(limit)?, http(limit.min(ASIDE))?);
        let endpoint = Arc::new(Endpoint::new(Arc::default()));
        Ok(Self { http, aside, upstream: Arc::new(upstream), endpoint })
    }

    /// Lets clients of the same server know of each other's answers, however its address is written. A client that joins
    /// another forgets what it has learned, so this comes before the first request.
    pub(crate) fn join(clients: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut joined = Vec::<Self>::new();
        for mut client in clients {
            let place = client.upstream.place();
            if let Some(other) = joined.iter().find(|other| other.upstream.place() == place)
                && !Arc::ptr_eq(&other.endpoint.host, &client.endpoint.host)
            {
                client.endpoint = Arc::new(Endpoint::new(other.endpoint.host.clone()));
            }
            joined.push(client);
        }
        joined
    }

    /// The server's settings.
    #[must_use]
    pub fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// Asks, passes the answer on as it comes, and returns how it ended. Dropping the future closes the connection.
    pub async fn reply(&self, mut request: ChatRequest, deltas: DeltaSender) -> Exit {
        let limit = self.upstream.limits.answer_timeout;
        let answer = Box::pin(self.answer(&mut request, &deltas));
        let exit = timeout(limit, answer).await.unwrap_or(Err(Failure::TooSlow(limit)));
        exit.unwrap_or_else(|failure| {
            self.learn_failure(&failure);
            failure.exit(&self.upstream)
        })
    }

    /// Asks until there is an answer, reads it, and says how it ended. What keeps it from beginning is a failure.
    async fn answer(&self, request: &mut ChatRequest, deltas: &DeltaSender) -> Result<Exit, Failure> {
        let give_up = Instant::now() + self.upstream.limits.header_timeout;
        if request.model.is_empty() {
            request.model = self.until(give_up, Box::pin(self.named(give_up, deltas))).await?.unwrap_or_default();
        }
        let mut extras = self.extras(request);
        loop {
            // Boxed, so that it takes no memory while the answer is read.
            let asked = self.until(give_up, Box::pin(self.ask(request, &mut extras, give_up, deltas))).await;
            let asked = asked.inspect_err(|failure| self.learn_thoughtless(request, failure));
            let (response, _answering) = asked.map_err(|failure| failure.of_nameless(request.model.is_empty()))?;
            let mut reader = Reader::new(&self.upstream, &self.endpoint, give_up, deltas)
                .learning_who_answers(request.model.is_empty())
                .going_on(goes_on(request));
            let read = reader.read(response).await;
            if let Err(failure) = &read
                && !reader.has_begun()
            {
                if extras.give_up_after(request, failure) {
                    continue;
                }
                self.learn_thoughtless(request, failure);
            }
            let exit = reader.end(read).await;
            let full = exit.result.full || self.room(request).is_full_after(&exit);
            let result = Completion { full, left_out: extras.left_out, ..exit.result };
            return Ok(Exit { result, ..exit });
        }
    }

    async fn until<T>(&self, give_up: Instant, done: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        timeout_at(give_up, done).await.unwrap_or(Err(Failure::Silent(self.upstream.limits.header_timeout)))
    }

    /// All that this request is better with, and that its model isn't known to refuse.
    fn extras(&self, request: &mut ChatRequest) -> OptionalFields {
        let takes_progress = if self.endpoint.refuses_progress(&request.model) {
            Progressing::Refused
        } else if self.endpoint.has_taken_progress(&request.model) {
            Progressing::Taken
        } else {
            Progressing::Untried
        };
        let mut extras = OptionalFields::of(request, takes_progress);
        while let Some(refused) = self.refused_before(&extras, request) {
            extras.leave_out(request, refused);
        }
        extras
    }

    /// Something of this question that its model has refused before.
    fn refused_before(&self, extras: &OptionalFields, request: &ChatRequest) -> Option<Refused> {
        extras.sent(request).iter().find_map(|name| {
            let value = request.options.get(name).map(ToString::to_string);
            self.endpoint.refused(&request.model, name, value)
        })
    }

    /// Asks, and waits while the server loads its model. The answer runs for as long as what is returned lives.
    async fn ask(
        &self,
        request: &mut ChatRequest,
        extras: &mut OptionalFields,
        give_up: Instant,
        deltas: &DeltaSender,
    ) -> Result<(Response, Answering), Failure> {
        loop {
            let answering = self.endpoint.answering();
            match self.post(request, extras, deltas).await {
                Ok(response) => {
                    self.learn(&response, request, extras);
                    return Ok((response, answering));
                }
                Err(Failure::Refused(refusal)) if refusal.is_loading() => {
                    drop(answering); // nothing runs there while this waits
                    self.loading(give_up, deltas).await?;
                }
                // Again without what the server minds, if that can be done without.
                Err(Failure::Refused(refusal)) if extras.give_up(request, &refusal) => {}
                Err(failure) => return Err(failure),
            }
        }
    }

    async fn named(&self, give_up: Instant, deltas: &DeltaSender) -> Result<Option<String>, Failure> {
        loop {
            match self.first_model().await {
                Err(Failure::Refused(refusal)) if refusal.is_loading() => self.loading(give_up, deltas).await?,
                Err(failure @ (Failure::Refused(_) | Failure::Unrecognized(_) | Failure::Reported(_))) => {
                    return Err(Failure::Unlisted(Box::new(failure)));
                }
                named => return named,
            }
        }
    }

    /// The server loads its model: says so, and waits a moment.
    async fn loading(&self, give_up: Instant, deltas: &DeltaSender) -> Result<(), Failure> {
        deltas.progress(Progress::LOADING);
        if Instant::now() + LOADING >= give_up {
            return Err(Failure::Loading(self.upstream.limits.header_timeout));
        }
        time::sleep(LOADING).await;
        Ok(())
    }

    fn learn(&self, response: &Response, request: &ChatRequest, extras: &OptionalFields) {
        if let Some(kind) = Kind::in_headers(response.headers()) {
            self.endpoint.host.learn_kind(kind);
        }
        self.endpoint.learn_answer(&request.model);
        self.endpoint.learn_progress(&request.model, extras.asks_for_progress());
        self.endpoint.learn_refused(&request.model, &extras.refused);
    }

    pub(crate) fn learn_failure(&self, failure: &Failure) {
        let has_no_such_model = |refusal: &Refusal| refusal.status == StatusCode::NOT_FOUND;
        match failure {
            Failure::Unreachable(..) => self.endpoint.forget(),
            Failure::Refused(refusal) if has_no_such_model(refusal) => self.endpoint.doubt_list(),
            _ => {}
        }
    }

    /// Whether a model can't go on with a thought shows when it is asked to.
    fn learn_thoughtless(&self, request: &ChatRequest, failure: &Failure) {
        let goes_on_with_thought = request.messages.last().is_some_and(|last| !last.reasoning_content.is_empty());
        if goes_on_with_thought && failure.is_about_thought() {
            self.endpoint.learn_thoughtless(&request.model);
        }
    }

    /// Whether this model has refused to go on with a thought.
    pub(crate) fn is_thoughtless(&self, model: &str) -> bool {
        self.endpoint.is_thoughtless(model)
    }

    fn room(&self, request: &ChatRequest) -> Room {
        Room {
            asked: request.most_tokens(),
            context: self.endpoint.context(&request.model),
            is_unlimited: matches!(self.endpoint.kind(), Some(Kind::LlamaCpp | Kind::Interrupting)),
        }
    }

    async fn post(
        &self,
        request: &ChatRequest,
        extras: &OptionalFields,
        deltas: &DeltaSender,
    ) -> Result<Response, Failure> {
        let question = Question { request, extras };
        let question =
            self.request(&self.http, Method::POST, self.upstream.endpoint("chat/completions")).json(&question);
        let mut posted = pin!(accepted(question, self.upstream.limits.connect_timeout));
        tokio::select! {
            biased;
            response = &mut posted => response,
            () = self.tell_whether_it_loads(&request.model, deltas) => posted.await,
        }
    }

    /// A router (llama-server) loads a model on its first question, and sends nothing meanwhile. So it is asked whether the model
    /// is loaded, with `autoload=false`, which starts and disturbs nothing.
    async fn tell_whether_it_loads(&self, model: &str, deltas: &DeltaSender) {
        if !self.endpoint.is_routed(model) {
            return;
        }
        let mut url = self.upstream.beside("props");
        url.query_pairs_mut().append_pair("model", model).append_pair("autoload", "false");
        let props = accepted(self.get(url, self.limit_aside()), self.limit_aside()).await;
        // It answers 400 before it begins to load the model, then 500 or 503.
        if let Err(Failure::Refused(refusal)) = &props
            && (refusal.says_that_it_is_not_loaded() || refusal.status.is_server_error())
        {
            deltas.progress(Progress::LOADING);
        }
    }

    /// The time limit to connect for anything but an answer.
    pub(crate) fn limit_aside(&self) -> Duration {
        self.upstream.limits.connect_timeout.min(ASIDE)
    }

    /// A request for something else than an answer. `limit` is how long the connection may take.
    pub(crate) fn get(&self, url: Url, limit: Duration) -> RequestBuilder {
        let http = if limit < self.upstream.limits.connect_timeout { &self.aside } else { &self.http };
        self.request(http, Method::GET, url)
    }

    /// A request with all that it needs, and nothing that it doesn't: `X-Conversation-Id` would make llama-server go
    /// on generating after the connection has gone.
    fn request(&self, http: &reqwest::Client, method: Method, url: Url) -> RequestBuilder {
        let request = http.request(method, url);
        let request = request.header(ACCEPT, "text/event-stream, application/json");
        let request = request.header(ACCEPT_ENCODING, "identity"); // or else any would do
        match self.upstream.key() {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }
}

/// Sends a request, and takes only yes for an answer. `limit` is how long the connection may take.
pub(crate) async fn accepted(request: RequestBuilder, limit: Duration) -> Result<Response, Failure> {
    let mut response = send(request, limit).await?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let headers = response.headers().clone();
    // A refusal whose words don't come is still one.
    let body = timeout(SHORT, read_beginning(&mut response, REFUSAL)).await;
    let body = body.ok().and_then(Result::ok).unwrap_or_default();
    Err(Failure::Refused(Box::new(Refusal { status, headers, body })))
}

/// Sends a request, and waits for the head of its response. reqwest times the connecting, and its timers know nothing of
/// pauses: an attempt that a pause has ended is repeated. Nothing had been sent in it.
pub(crate) async fn send(mut request: RequestBuilder, limit: Duration) -> Result<Response, Failure> {
    loop {
        let (begun, again) = (Instant::now(), request.try_clone());
        match (request.send().await, again) {
            (Err(error), Some(again))
                if error.is_connect() && error.is_timeout() && pauses::was_paused(begun, limit) =>
            {
                request = again;
            }
            (sent, _) => return sent.map_err(|error| Failure::Unreachable(error, limit)),
        }
    }
}

/// Whether the answer is to go on with words that are there already.
fn goes_on(request: &ChatRequest) -> bool {
    request.messages.last().is_some_and(|last| last.role == Role::Assistant && !last.content.is_blank())
}

fn http(upstream: &Upstream, tls: Option<ClientConfig>, connect_timeout: Duration) -> reqwest::Result<reqwest::Client> {
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
        .connect_timeout(connect_timeout);
    if upstream.is_loopback() {
        http = http.no_proxy();
    }
    http = match tls {
        Some(tls) => http.tls_backend_preconfigured(tls),
        None => http.tls_certs_only([]),
    };
    http.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_url;

    #[test]
    fn a_server_is_one_under_each_of_its_addresses() {
        let same = [
            "http://127.0.0.1:9/v1",
            "http://localhost:9",
            "http://[::1]:9/v1/",
            "http://0.0.0.0:9/v1/chat/completions",
            "http://me:key@127.0.0.1:9/v1?key=1",
        ];
        let others = ["http://127.0.0.1:10/v1", "http://127.0.0.2:9/v1", "http://127.0.0.1:9/llm/v1"];
        let all = same.into_iter().chain(others);
        let clients = Client::join(all.map(|url| Client::new(Upstream::new(parse_url(url).unwrap())).unwrap()));
        let is_first = |client: &Client| Arc::ptr_eq(&client.endpoint.host, &clients[0].endpoint.host);
        let joined = clients.iter().map(is_first).collect::<Vec<_>>();
        assert_eq!(joined, [[true; 5].as_slice(), &[false; 3]].concat());
    }
}
