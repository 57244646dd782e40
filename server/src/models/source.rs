//! Gets the model servers from the configuration, or finds them, and tells the person at the terminal.

use crate::{
    config::Config,
    http::assets,
    models::{
        Models, Seek,
        discovery::{self, State},
        openai::{Absence, Client, Kind, Upstream},
    },
    startup::{error::StartupError, output::Output},
};
use futures::{FutureExt, future::join_all};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use url::Url;

/// The most models that a line names. Some servers have hundreds.
const NAMED: usize = 5;

/// The model servers.
#[derive(Debug)]
pub struct ModelSource {
    servers: Servers,
    /// Whether the configuration has a key that is sent to no server.
    is_key_unused: bool,
}

#[derive(Debug)]
enum Servers {
    /// The servers that the configuration names.
    Named(Vec<Client>),
    /// The servers that were found on this machine, and a way to look for others. `sighted` describes all that was seen.
    Here { clients: Vec<Client>, sighted: Vec<discovery::Found>, seek: Seek },
}

/// The model servers that `config` names, or else those on this machine.
///
/// # Errors
/// This machine has no certificates to check a server with.
pub async fn find(config: &Config) -> Result<ModelSource, StartupError> {
    let is_key_unused = config.is_key_unused;
    let several = config.upstreams.len() > 1;
    let named = config.upstreams.iter().map(|one| client(config, several, &one.name, &one.url, one.api_key.clone()));
    let named = named.collect::<Result<Vec<_>, _>>()?;
    if !named.is_empty() {
        return Ok(ModelSource { servers: Servers::Named(Client::join(named)), is_key_unused });
    }
    let terms = Upstream { is_found: true, ..upstream(config, String::new(), discovery::anywhere(), None) };
    let lookout = Arc::new(Lookout { terms, taken: Mutex::default() });
    let (clients, sighted) = lookout.look().await;
    let seek = Seek::new(move || {
        let lookout = lookout.clone();
        async move { lookout.look().await.0 }.boxed()
    });
    Ok(ModelSource { servers: Servers::Here { clients, sighted, seek }, is_key_unused })
}

/// Looks for servers on this machine. They get the settings of `terms`.
#[derive(Debug)]
struct Lookout {
    terms: Upstream,
    /// The servers that were found. A later look skips them, since it might disturb them.
    taken: Mutex<Vec<Url>>,
}

impl Lookout {
    /// The new servers, and all that was seen. A server that wants a key is not used, and is looked at again: another program may
    /// own its port.
    async fn look(&self) -> (Vec<Client>, Vec<discovery::Found>) {
        let taken = self.taken().clone();
        let mut sighted = discovery::find_except(&taken).await;
        sighted.sort_by_key(|server| (server.state == State::Locked, server.models.is_empty())); // those that can answer come first
        let open = sighted.iter().filter(|server| server.state != State::Locked);
        let clients = open.filter_map(|server| self.client(server)).collect::<Vec<_>>();
        self.taken().extend(clients.iter().map(|client| client.upstream().url.clone()));
        (clients, sighted)
    }

    fn client(&self, server: &discovery::Found) -> Option<Client> {
        Client::new(Upstream { name: server.short_name(), url: server.url.clone(), ..self.terms.clone() }).ok()
    }

    fn taken(&self) -> MutexGuard<'_, Vec<Url>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client of one server. The only server has no name.
fn client(config: &Config, several: bool, name: &str, url: &Url, key: Option<String>) -> Result<Client, StartupError> {
    let name = if several { name } else { "" };
    let upstream = upstream(config, name.to_owned(), url.clone(), key);
    Client::new(upstream).map_err(|error| StartupError::runtime(format!("can't use TLS: {error}")))
}

/// The settings of a model server.
fn upstream(config: &Config, name: String, url: Url, api_key: Option<String>) -> Upstream {
    Upstream { name, url, api_key, is_found: false, limits: config.limits.clone() }
}

impl ModelSource {
    /// The models of the servers. `default` is the model of questions that name none.
    #[must_use]
    pub fn models(&self, default: Option<String>) -> Models {
        match &self.servers {
            Servers::Named(clients) => Models::new(clients.iter().cloned(), default),
            Servers::Here { clients, seek, .. } => Models::finding(clients.iter().cloned(), seek.clone(), default),
        }
    }

    /// Prints the URL of the page, and the model servers. Named servers are asked for their models, which may take a while, except
    /// those that would end a running answer for it.
    pub async fn print_banner(self, address: String, output: &Output) {
        output.say(&format!("Starcrossed listens on {address}"));
        if assets::are_missing() {
            output.complain("this build has no pages, so only the API works. Build them with: make build");
        }
        if self.is_key_unused {
            output.complain(
                "the API key is not used: servers that were only found are sent no key. Name its server: \
                 starcrossed --upstream ADDRESS --api-key KEY",
            );
        }
        match self.servers {
            Servers::Here { clients, sighted, .. } => {
                for found in sighted {
                    output.say(&format!("{} {}", found.name, doing(&found)));
                }
                if clients.is_empty() {
                    output.say(
                        "No model server was found on this machine, so the built-in demo answers. \
                         To connect one: starcrossed --upstream http://127.0.0.1:11434/v1",
                    );
                }
            }
            Servers::Named(clients) => print_named(&clients, output).await,
        }
    }
}

async fn print_named(clients: &[Client], output: &Output) {
    for line in join_all(clients.iter().map(named)).await {
        match line {
            Ok(line) => output.say(&line),
            Err(line) => output.complain(&line),
        }
    }
}

/// The line about a named server.
///
/// # Errors
/// The line is a warning.
async fn named(client: &Client) -> Result<String, String> {
    let upstream = client.upstream();
    let address = upstream.address();
    let says = |does: &str| match upstream.name.as_str() {
        "" => format!("{address} {does}"),
        name => format!("{name} {does}, at {address}"),
    };
    match client.listed().await {
        Ok(listing) => Ok(format!("{}: {}", says("answers"), listed(&listing.names()))),
        Err(_) if client.kind() == Some(Kind::Interrupting) => Ok(format!("{}: {UNASKED}", says("answers"))),
        Err(unlisted) if unlisted.absence == Absence::Loading => Ok(says("is loading its model")),
        Err(unlisted) => {
            let why = unlisted.why;
            let has_none = unlisted.absence == Absence::NoList;
            Err(if has_none {
                why
            } else {
                format!("{address} lists no models: {why} It is asked again with every question.")
            })
        }
    }
}

/// The reason why a server's models aren't listed.
const UNASKED: &str = "it isn't asked for its models, since that would end an answer that it is writing";

/// The state of a server that was found, as the rest of a sentence.
fn doing(found: &discovery::Found) -> String {
    let address = &found.url;
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
