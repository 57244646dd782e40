//! Asking for the list of models, where that disturbs nobody.

use super::{
    catalog::{self, Listing},
    client::{Client, SHORT, accepted},
    endpoint::Kind,
    failure::Failure,
    parse::parsed,
    reader::{read_beginning, read_whole},
};
use reqwest::Method;
use std::{sync::Arc, time::Duration};
use tokio::time;

/// How long a server may take to say who it is, and how much of what it says is read.
const RECOGNISED: Duration = Duration::from_secs(2);
const DESCRIPTION: usize = 1024 * 1024;

/// What llama-cpp-python calls itself in its `/openapi.json`.
const INTERRUPTING: &str = "llama.cpp Python API";

/// Why there is no list.
#[derive(Clone, Debug)]
pub(crate) struct Unlisted {
    /// A sentence for the person.
    pub(crate) why: String,
    /// What kind of why.
    pub(crate) absence: Absence,
    /// What is known to be there all the same: of a server without a list, the model that answered last.
    pub(crate) known: Option<Arc<Listing>>,
}

/// Whether a server that gave no list is there, and whether one may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// It loads its model.
    Loading,
    /// It was silent for too long.
    Silent,
    /// It wants a key, or another.
    Locked,
    /// It has no such list, but may answer.
    NoList,
    /// It isn't there, or it is something else.
    Gone,
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
        let listed = time::timeout(SHORT, self.list()).await.unwrap_or(Err(Failure::Silent(SHORT)));
        listed.map_err(|failure| {
            let absence = failure.absence();
            let known = (absence == Absence::NoList).then(|| self.endpoint.answered()).flatten();
            Unlisted { why: failure.why_no_list(self.upstream()), absence, known }
        })
    }

    /// The model that answers if none is named: the first that is listed. None where the server needs none to be named, or
    /// must not be asked for its list. Takes as long as the server does.
    pub(super) async fn first_model(&self) -> Result<Option<String>, Failure> {
        if self.recognise().await == Some(Kind::Interrupting) {
            return Ok(None);
        }
        match self.list().await {
            Ok(listing) => Ok(listing.models.first().map(|first| first.name.clone())),
            Err(failure) if failure.absence() == Absence::NoList => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Which kind of server it is, as far as that is known.
    pub(crate) fn kind(&self) -> Option<Kind> {
        self.endpoint.kind()
    }

    /// Which kind of server it is, if that can be told. It disturbs no server to be asked that.
    pub(crate) async fn recognise(&self) -> Option<Kind> {
        if self.endpoint.kind().is_none()
            && let Ok(Some(kind)) = time::timeout(RECOGNISED, self.ask_who()).await
        {
            self.endpoint.learn_kind(kind);
        }
        self.endpoint.kind()
    }

    async fn ask_who(&self) -> Option<Kind> {
        let mut response = self.request(Method::GET, self.upstream().beside("openapi.json")).send().await.ok()?;
        if let Some(kind) = Kind::in_headers(response.headers()) {
            return Some(kind);
        }
        if response.status().is_server_error() {
            return None; // it may know better later
        }
        let description = read_beginning(&mut response, DESCRIPTION).await.ok()?;
        Some(if description.contains(INTERRUPTING) { Kind::Interrupting } else { Kind::Other })
    }

    async fn list(&self) -> Result<Arc<Listing>, Failure> {
        let _alone = self.endpoint.listing.lock().await;
        if !self.endpoint.is_answering() {
            self.recognise().await;
        }
        if let Some(known) = self.endpoint.only_known() {
            return Ok(known);
        }
        let listing = Arc::new(self.ask_for_list().await?);
        self.endpoint.learn_list(listing.clone());
        Ok(listing)
    }

    async fn ask_for_list(&self) -> Result<Listing, Failure> {
        let mut response = accepted(self.request(Method::GET, self.upstream().endpoint("models"))).await?;
        let body = read_whole(&mut response).await?;
        let (listing, body) = parsed(body, catalog::models).await;
        let mut listing = listing.ok_or(Failure::Rubbish(body))?;
        self.upstream().leave_out_secrets(&mut listing.models);
        Ok(listing)
    }
}
