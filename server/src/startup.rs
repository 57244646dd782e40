//! Finding what is to answer, and telling the person at the terminal.

use crate::{
    assets,
    config::Config,
    discovery,
    failure::Failure,
    models::Models,
    openai::Client,
    output::{complain, say},
};
use futures::future::join_all;
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
    /// None.
    Nothing,
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
    let mut here = discovery::find().await;
    here.sort_by_key(|server| server.models.is_empty()); // those that have a model before those that have none
    let several = here.len() > 1;
    let found = here.into_iter().map(|one| Ok((client(config, several, &one.short_name(), &one.url, None)?, one)));
    let found = found.collect::<Result<Vec<_>, Failure>>()?;
    Ok(if found.is_empty() { Found::Nothing } else { Found::Here(found) })
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
            Self::Nothing => Models::new([], default),
        }
    }

    /// Says where the page is, and what answers. Servers that were named are asked for their models, which may take a
    /// while.
    pub async fn announce(self, address: String) {
        say(&format!("Starcrossed listens on {address}"));
        if assets::are_missing() {
            complain("there are no pages in this build, so only the API works. Build it with: make build");
        }
        match self {
            Self::Here(here) => {
                for (client, found) in here {
                    let address = client.upstream().address();
                    say(&format!("{} answers, at {address}: {}", found.name, listed(&found.models)));
                }
            }
            Self::Nothing => say("No model server was found on this machine, so the built-in demo answers. \
                 To connect one: starcrossed --upstream http://127.0.0.1:11434/v1"),
            Self::Named(clients) => announce_named(&clients).await,
        }
    }
}

async fn announce_named(clients: &[Client]) {
    let answers = join_all(clients.iter().map(Client::models)).await;
    for (client, answer) in clients.iter().zip(answers) {
        let upstream = client.upstream();
        let address = upstream.address();
        match (answer, upstream.name.as_str()) {
            (Ok(models), "") => say(&format!("{address} answers: {}", listed(&models))),
            (Ok(models), name) => say(&format!("{name} answers, at {address}: {}", listed(&models))),
            (Err(why), _) => {
                complain(&format!("{address} lists no models: {why} It is asked again with every question."));
            }
        }
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
