//! Finding what is to answer, and telling the person at the terminal.

use crate::{
    assets,
    config::Config,
    discovery::{self, State},
    failure::Failure,
    models::{Models, Seek},
    openai::{Absence, Client, Kind, Upstream},
    output::{complain, say},
};
use futures::{FutureExt, future::join_all};
use std::sync::Arc;
use url::Url;

/// How many models are named; some servers have hundreds.
const NAMED: usize = 5;

/// What is going to answer.
#[derive(Debug)]
pub enum Found {
    /// Servers that were named.
    Named(Vec<Client>),
    /// Those that run on this machine, and what each seems to be and has.
    Here(Vec<(Client, discovery::Found)>),
    /// None yet, and how to look again.
    Nothing(Seek),
}

/// Looks for the model servers that `config` names, or else for any on this machine.
///
/// # Errors
/// If one can't be asked from this machine, whether it is there or not.
pub async fn find(config: &Config) -> Result<Found, Failure> {
    let several = config.upstreams.len() > 1;
    let named = config.upstreams.iter().map(|one| client(config, several, &one.name, &one.url, one.api_key.clone()));
    let named = named.collect::<Result<Vec<_>, _>>()?;
    if !named.is_empty() {
        return Ok(Found::Named(named));
    }
    let terms = Arc::new(config.upstream_at(String::new(), discovery::anywhere(), None));
    let found = look(&terms).await;
    if !found.is_empty() {
        return Ok(Found::Here(found));
    }
    let seek = move || {
        let terms = terms.clone();
        async move { look(&terms).await.into_iter().map(|(client, _)| client).collect() }.boxed()
    };
    Ok(Found::Nothing(Seek::new(seek)))
}

/// Looks for servers on this machine, which are then to be asked on these terms.
async fn look(terms: &Upstream) -> Vec<(Client, discovery::Found)> {
    let mut here = discovery::find().await;
    here.sort_by_key(|server| (server.state == State::Locked, server.models.is_empty())); // those that can answer first
    let several = here.len() > 1;
    let client = |one: discovery::Found| {
        let name = if several { one.short_name() } else { String::new() };
        let client = Client::new(Upstream { name, url: one.url.clone(), ..terms.clone() }).ok()?;
        Some((client, one))
    };
    here.into_iter().filter_map(client).collect()
}

/// A client of one server. The only one is called nothing.
fn client(config: &Config, several: bool, name: &str, url: &Url, key: Option<String>) -> Result<Client, Failure> {
    let name = if several { name } else { "" };
    let upstream = config.upstream_at(name.to_owned(), url.clone(), key);
    Client::new(upstream).map_err(|error| Failure::runtime(format!("can't use TLS: {error}")))
}

impl Found {
    /// The models that can be asked; `default` answers if none is named.
    #[must_use]
    pub fn models(&self, default: Option<String>) -> Models {
        match self {
            Self::Named(clients) => Models::new(clients.iter().cloned(), default),
            Self::Here(here) => Models::new(here.iter().map(|(client, _)| client.clone()), default),
            Self::Nothing(seek) => Models::seeking(seek.clone(), default),
        }
    }

    /// Says where the page is, and what answers. Servers that were named are asked for their models, which may take a
    /// while; not those that would end somebody's answer for that.
    pub async fn announce(self, address: String) {
        say(&format!("Starcrossed listens on {address}"));
        if assets::are_missing() {
            complain("there are no pages in this build, so only the API works. Build it with: make build");
        }
        match self {
            Self::Here(here) => {
                for (client, found) in here {
                    let address = client.upstream().address();
                    say(&format!("{} {}", found.name, doing(&found, &address)));
                }
            }
            Self::Nothing(_) => say("No model server was found on this machine, so the built-in demo answers. \
                 To connect one: starcrossed --upstream http://127.0.0.1:11434/v1"),
            Self::Named(clients) => announce_named(&clients).await,
        }
    }
}

async fn announce_named(clients: &[Client]) {
    for line in join_all(clients.iter().map(named)).await {
        match line {
            Ok(line) => say(&line),
            Err(line) => complain(&line),
        }
    }
}

/// What is said of a server that was named, or what there is to be warned of.
async fn named(client: &Client) -> Result<String, String> {
    let upstream = client.upstream();
    let address = upstream.address();
    let says = |does: &str| match upstream.name.as_str() {
        "" => format!("{address} {does}"),
        name => format!("{name} {does}, at {address}"),
    };
    if client.recognise().await == Some(Kind::Interrupting) {
        return Ok(format!("{}: {UNASKED}", says("answers")));
    }
    match client.listed().await {
        Ok(listing) => Ok(format!("{}: {}", says("answers"), listed(&listing.names()))),
        Err(unlisted) if unlisted.absence == Absence::Loading => Ok(says("is loading its model")),
        Err(unlisted) => {
            let why = unlisted.why;
            Err(format!("{address} lists no models: {why} It is asked again with every question."))
        }
    }
}

/// Why a server's models aren't named.
const UNASKED: &str = "it is asked for its models when a page needs them, since that ends an answer that it is writing";

/// What a server that was found does, as the rest of a sentence.
fn doing(found: &discovery::Found, address: &str) -> String {
    match found.state {
        State::Ready => format!("answers, at {address}: {}", listed(&found.models)),
        State::Loading => format!("is loading its model, at {address}"),
        State::Unasked => format!("answers, at {address}: {UNASKED}"),
        State::Locked => format!("wants a key, at {address}: starcrossed --upstream {address} --api-key KEY"),
    }
}

/// `a, b, c and 12 more`.
fn listed(models: &[String]) -> String {
    let some = models.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match models.len().saturating_sub(NAMED) {
        _ if models.is_empty() => "it has no models yet".into(),
        0 => some,
        more => format!("{some} and {more} more"),
    }
}
