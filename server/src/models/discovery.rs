//! Looks for model servers on this machine, at the default port of each kind.

use crate::{
    models::openai::{Absence, Client, Kind, Upstream},
    os::pauses::timeout,
};
use futures::future::join_all;
use std::time::Duration;
use url::Url;

/// The time limit of a look. A server on this machine answers within milliseconds; the rest is for a busy machine.
const PATIENCE: Duration = Duration::from_millis(300);

/// The default address of each kind of server, the most common first.
const USUAL: [(&str, &str); 4] = [
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
    ("LM Studio", "http://127.0.0.1:1234/v1"),
    ("vLLM", "http://127.0.0.1:8000/v1"),
];

/// A placeholder for a URL that isn't known yet.
pub(crate) fn anywhere() -> Url {
    Url::parse(USUAL[0].1).unwrap_or_else(|_| unreachable!("the usual places are URLs"))
}

/// A model server that has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The kind that its port suggests.
    pub name: String,
    /// Its base URL.
    pub url: Url,
    /// Its models; none if it has none yet.
    pub models: Vec<String>,
    /// Whether it answers.
    pub state: State,
}

/// The state of a server that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has listed its models.
    Ready,
    /// It loads its model.
    Loading,
    /// It wants a key.
    Locked,
    /// It answers, but was not asked for its models, since that would end an answer that it may be writing.
    Unasked,
}

impl Found {
    /// The prefix of its models' names where there are several servers, such as `lm-studio`.
    #[must_use]
    pub fn short_name(&self) -> String {
        self.name.to_lowercase().replace(' ', "-")
    }
}

/// Looks at all default addresses at once, except `known`. These ports may belong to other programs, so a server counts only if
/// it lists models, loads one, or wants a key.
pub async fn find_except(known: &[Url]) -> Vec<Found> {
    let is_known = |url: &str| known.iter().any(|known| known.as_str() == url);
    let places = USUAL.into_iter().filter(|(_, url)| !is_known(url)).collect::<Vec<_>>();
    find_among(&places, PATIENCE).await
}

/// Looks at these addresses, each a name and a base URL, for at most `patience`. The order stays.
pub async fn find_among(places: &[(&str, &str)], patience: Duration) -> Vec<Found> {
    join_all(places.iter().map(|(name, url)| look(name, url, patience))).await.into_iter().flatten().collect()
}

async fn look(name: &str, url: &str, patience: Duration) -> Option<Found> {
    let url = Url::parse(url).ok()?;
    let client = Client::new(Upstream::new(url.clone())).ok()?;
    let (models, state) = timeout(patience, ask(&client)).await.ok()??;
    Some(Found { name: name.to_owned(), url, models, state })
}

/// The models and the state of a server. None if it is no model server.
async fn ask(client: &Client) -> Option<(Vec<String>, State)> {
    match client.listed().await {
        Ok(listing) => Some((listing.names(), State::Ready)),
        Err(_) if client.kind() == Some(Kind::Interrupting) => Some((Vec::new(), State::Unasked)),
        Err(unlisted) => match unlisted.absence {
            Absence::Loading => Some((Vec::new(), State::Loading)),
            Absence::Locked => Some((Vec::new(), State::Locked)),
            Absence::Silent | Absence::Busy | Absence::NoList | Absence::Gone => None,
        },
    }
}
