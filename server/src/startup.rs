//! Finding what is to answer, and telling the person at the terminal.

use crate::{assets, config::Config, discovery, failure::Failure, models::Models, openai::Client};
use std::{
    io::{Write, stdout},
    net::SocketAddr,
};

/// How many models are named; some servers have hundreds.
const NAMED: usize = 5;

/// What is going to answer.
#[derive(Debug)]
pub enum Found {
    /// A server that was named.
    Named(Client),
    /// One that runs on this machine, what it seems to be, and what it has.
    Here(Client, String, Vec<String>),
    /// None.
    Nothing,
}

/// Looks for the model server that `config` names, or else for one on this machine.
///
/// # Errors
/// If it can't be asked from this machine, whether it is there or not.
pub async fn find(config: &Config) -> Result<Found, Failure> {
    let client = |url, key| {
        Client::new(config.upstream_at(url, key)).map_err(|error| Failure::runtime(format!("can't use TLS: {error}")))
    };
    if let Some(url) = &config.upstream {
        return Ok(Found::Named(client(url.clone(), config.api_key.clone())?));
    }
    let mut here = discovery::find().await;
    here.sort_by_key(|server| server.models.is_empty()); // one that has a model before one that has none
    match here.into_iter().next() {
        Some(server) => Ok(Found::Here(client(server.url, None)?, server.name, server.models)),
        None => Ok(Found::Nothing),
    }
}

impl Found {
    /// The models that can be asked.
    #[must_use]
    pub fn models(&self) -> Models {
        match self {
            Self::Named(client) | Self::Here(client, ..) => Models::new(Some(client.clone())),
            Self::Nothing => Models::new(None),
        }
    }

    /// Says where the page is, and what answers. A server that was named is asked for its models, which may take a while.
    pub async fn announce(self, address: SocketAddr) {
        say(&format!("Starcrossed listens on http://{address}"));
        if assets::are_missing() {
            warn(
                "there are no pages in this build, so only the API works. Build it with: cargo leptos build --release --precompress",
            );
        }
        match self {
            Self::Here(client, name, models) => {
                say(&format!("{name} answers, at {}: {}", client.upstream().address(), listed(&models)));
            }
            Self::Nothing => say("No model server was found on this machine, so the built-in demo answers. \
                 To connect one: starcrossed --upstream http://127.0.0.1:11434/v1"),
            Self::Named(client) => announce_named(&client).await,
        }
    }
}

async fn announce_named(client: &Client) {
    let address = client.upstream().address();
    let list = client.list().await;
    if let Some(why) = list.message {
        return warn(&format!("{address} lists no models: {why} It is asked again with every question."));
    }
    let names = list.data.into_iter().map(|model| model.id).collect::<Vec<_>>();
    say(&format!("{address} answers: {}", listed(&names)));
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

/// A line on standard output. If nobody reads that, it isn't for anybody.
fn say(line: &str) {
    _ = writeln!(stdout(), "{line}");
}

fn warn(line: &str) {
    eprintln!("starcrossed: {line}");
}
