//! Asks for the list of models, if that disturbs no answer.
//!
//! Before each list, the server is asked what it is, which never disturbs an answer: another program may have taken its place. A
//! server that gives no reply is not asked for its list.

use super::client::{Client, SHORT, accepted, send};
use crate::{
    models::openai::{
        chunk::complaint_in,
        endpoint::host::Kind,
        error::{Failure, absence::Absence},
        model_list::{self, Listing},
        stream::reader::read_beginning,
        wire::parse::parsed,
    },
    os::pauses::timeout,
};
use std::{sync::Arc, time::Duration};

/// The time limit to find out what a server is. It is longer than the time to connect, so that the two can be told apart.
const RECOGNISED: Duration = Duration::from_secs(3);

/// The most bytes of the reply that are read. The title is at its start.
const DESCRIPTION: usize = 64 * 1024;

/// The most bytes of a list that are read. A list of 10,000 models has 1 to 15 MiB.
const LIST: usize = 32 * 1024 * 1024;

/// The title of llama-cpp-python in its `/openapi.json`.
const INTERRUPTING: &str = "llama.cpp Python API";

/// Why there is no list.
#[derive(Clone, Debug)]
pub(crate) struct Unlisted {
    /// A sentence for the person.
    pub(crate) why: String,
    /// The kind of reason.
    pub(crate) absence: Absence,
    /// The models that are known all the same: the last list, or the models that have answered.
    pub(crate) known: Option<Arc<Listing>>,
}

impl Client {
    /// The names of the server's models, in its own order.
    ///
    /// # Errors
    /// Why there are none to be had: a sentence for the person.
    pub async fn models(&self) -> Result<Vec<String>, String> {
        self.listed().await.map(|listing| listing.names()).map_err(|unlisted| unlisted.why)
    }

    /// The same, with what the server says of each. While an answer of ours runs there, it is what was heard last.
    pub(crate) async fn listed(&self) -> Result<Arc<Listing>, Unlisted> {
        let listed = timeout(SHORT, Box::pin(self.list())).await.unwrap_or(Err(Failure::Silent(SHORT)));
        listed.map_err(|failure| self.unlisted(&failure))
    }

    /// The model that answers if none is named: the first that is listed. None where the server needs none to be named, or
    /// must not be asked for its list. Takes as long as the server does. One that doesn't say who it is is asked for its list all
    /// the same: the question that follows would interrupt it anyway.
    pub(crate) async fn first_model(&self) -> Result<Option<String>, Failure> {
        let _alone = self.endpoint.host.listing.lock().await;
        let first = |listing: &Listing| listing.models.first().map(|first| first.name.clone());
        if self.endpoint.host.is_answering() {
            return Ok(self.endpoint.last_known().and_then(|listing| first(&listing)));
        }
        let limit = self.upstream().limits.connect_timeout;
        match self.recognise(limit).await {
            Ok(Some(Kind::Interrupting)) => return Ok(None),
            Ok(_) | Err(Failure::Silent(_)) => {}
            Err(failure) => return Err(failure),
        }
        match self.ask_for_list(limit).await {
            Ok(listing) => Ok(first(&listing)),
            Err(failure) if failure.absence() == Absence::NoList => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The kind of server, if it is known.
    pub(crate) fn kind(&self) -> Option<Kind> {
        self.endpoint.kind()
    }

    async fn list(&self) -> Result<Arc<Listing>, Failure> {
        let _alone = self.endpoint.host.listing.lock().await;
        if let Some(known) = self.only_known()? {
            return Ok(known);
        }
        let limit = self.limit_aside();
        if self.recognise(limit).await? == Some(Kind::Interrupting) {
            return Err(Failure::OneAtATime);
        }
        if let Some(known) = self.only_known()? {
            return Ok(known); // an answer has begun
        }
        self.ask_for_list(limit).await
    }

    /// The known list while an answer of ours runs there. None while none does.
    fn only_known(&self) -> Result<Option<Arc<Listing>>, Failure> {
        if !self.endpoint.host.is_answering() {
            return Ok(None);
        }
        if self.kind() == Some(Kind::Interrupting) {
            return Err(Failure::OneAtATime);
        }
        if self.endpoint.has_no_list() {
            return Err(Failure::NoList);
        }
        self.endpoint.listing().map(Some).ok_or(Failure::Busy)
    }

    /// The kind of server, from its reply or else from before. `limit` is the time limit to connect.
    async fn recognise(&self, limit: Duration) -> Result<Option<Kind>, Failure> {
        let kind =
            timeout(RECOGNISED, Box::pin(self.ask_who(limit))).await.unwrap_or(Err(Failure::Silent(RECOGNISED)))?;
        if let Some(kind) = kind {
            self.endpoint.host.learn_kind(kind);
        }
        Ok(self.kind())
    }

    /// The kind of server in its reply. None if the reply doesn't tell.
    async fn ask_who(&self, limit: Duration) -> Result<Option<Kind>, Failure> {
        let request = self.get(self.upstream().beside("openapi.json"), limit);
        let mut response = match send(request, limit).await {
            Ok(response) => response,
            Err(Failure::Unreachable(error, _)) if !error.is_connect() => return Ok(None),
            Err(failure) => return Err(failure),
        };
        if let Some(kind) = Kind::in_headers(response.headers()) {
            return Ok(Some(kind));
        }
        if response.status().is_server_error() {
            return Ok(None); // it may know better later
        }
        let Ok(description) = read_beginning(&mut response, DESCRIPTION).await else { return Ok(None) };
        Ok(Some(if description.contains(INTERRUPTING) { Kind::Interrupting } else { Kind::Other }))
    }

    async fn ask_for_list(&self, limit: Duration) -> Result<Arc<Listing>, Failure> {
        let request = self.get(self.upstream().endpoint("models"), limit);
        let mut response = accepted(request, limit).await?;
        let body = read_beginning(&mut response, LIST).await?;
        let (is_cut, client) = (body.len() >= LIST, self.clone());
        let read = move |body: &str| {
            let mut listing = model_list::models(body, is_cut)?;
            client.upstream().leave_out_secrets(&mut listing.models);
            Some(listing)
        };
        let (listing, body) = parsed(body, read).await;
        let unlisted = |body: String| match complaint_in(&body) {
            Some(words) => Failure::Reported(words),
            None => Failure::Unrecognized(body),
        };
        let listing = Arc::new(listing.ok_or_else(|| unlisted(body))?);
        if listing.interrupts {
            self.endpoint.host.learn_from_list_that_it_interrupts();
        }
        self.endpoint.learn_list(listing.clone());
        Ok(listing)
    }

    fn unlisted(&self, failure: &Failure) -> Unlisted {
        self.learn_failure(failure);
        let absence = failure.absence();
        if absence == Absence::NoList {
            self.endpoint.learn_that_it_has_no_list();
        }
        let known = match absence {
            Absence::NoList => self.endpoint.answered(),
            Absence::Loading | Absence::Silent | Absence::Busy => self.endpoint.last_known(),
            Absence::Locked | Absence::Gone => None,
        };
        Unlisted { why: failure.why_no_list(self.upstream()), absence, known }
    }
}
