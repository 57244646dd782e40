//! Several model servers as one: which models there are, and whose each is.
//!
//! Where there are several, a model is called `name/model`, after the server that has it. That never changes, whichever
//! other servers are up. The plain name will do as long as one server alone has such a model.

use crate::openai::{Absence, Client, Kind, Listed, Listing, MOST_LISTED, Unlisted};
use app::{
    chat::{
        message::{ChatRequest, Delta, ModelInfo, ModelList},
        options::LONGEST_NAME,
    },
    link::{Deltas, Exit, Progress},
};
use futures::{
    future::{BoxFuture, FutureExt, WeakShared, join_all},
    stream::{FuturesOrdered, StreamExt},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{self, Instant};

/// How long to wait before servers that load their models, or are silent, are asked for them again.
const AGAIN: Duration = Duration::from_secs(1);

/// The model servers, in the order in which they were given. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Upstreams {
    clients: Arc<[Client]>,
    default: Option<Arc<str>>,
    /// Who asks for the models now.
    asking: Arc<Asking>,
}

/// The asking that is under way, for as long as somebody waits for it.
#[derive(Debug, Default)]
struct Asking(Mutex<Option<WeakShared<BoxFuture<'static, ModelList>>>>);

/// What the servers have, those that could be asked.
type Heard<'a> = Vec<(&'a Client, Arc<Listing>)>;

/// The servers that could not be asked, and why.
#[derive(Debug, Default)]
struct Troubles {
    /// A sentence for each.
    why: Vec<String>,
    /// Whether one may yet answer.
    may_pass: bool,
    /// Whether one loads its model.
    is_loading: bool,
}

impl Upstreams {
    pub(crate) fn new(clients: impl IntoIterator<Item = Client>, default: Option<String>) -> Self {
        Self { clients: clients.into_iter().collect(), default: default.map(Into::into), asking: Arc::default() }
    }

    pub(crate) fn are_none(&self) -> bool {
        self.clients.is_empty()
    }

    /// Asks the server whose model it is.
    pub(crate) async fn reply(&self, mut request: ChatRequest, deltas: Deltas<Delta>) -> Exit {
        match self.find(&request.model, &deltas).await {
            Ok((client, model)) => {
                request.model = model;
                client.reply(request, deltas).await
            }
            Err(why) => Exit::failed(why),
        }
    }

    /// The models of all, the one that answers if none is named first. A server that can't be asked hides its own. However
    /// many want to know, the servers are asked by one at a time, and the others hear what that one did.
    pub(crate) async fn list(&self) -> ModelList {
        let asking = {
            let mut last = self.asking.0.lock().unwrap_or_else(PoisonError::into_inner);
            let under_way = last.as_ref().and_then(WeakShared::upgrade).filter(|asking| asking.peek().is_none());
            under_way.unwrap_or_else(|| {
                let this = self.clone();
                let asking = async move { this.ask_for_list().await }.boxed().shared();
                *last = asking.downgrade();
                asking
            })
        };
        asking.await
    }

    async fn ask_for_list(&self) -> ModelList {
        let (heard, troubles) = self.ask_all().await;
        let mut models = Vec::new();
        let mut said = troubles.why;
        for (client, listing) in &heard {
            models.extend(listing.models.iter().filter_map(|model| self.info(client, model)));
            said.extend((listing.cut > 0).then(|| self.trouble(client, &cut(listing.cut))));
        }
        self.put_default_first(&mut models, &heard);
        let message = (!said.is_empty()).then(|| said.join("\n"));
        ModelList { data: models, message, ..ModelList::of([]) }
    }

    /// Asks all at once, and gives none longer than it may take. Of those that can't be asked, why.
    async fn ask_all(&self) -> (Heard<'_>, Troubles) {
        let answers = join_all(self.clients.iter().map(Client::listed)).await;
        let (mut heard, mut troubles) = (Vec::new(), Troubles::default());
        for (client, answer) in self.clients.iter().zip(answers) {
            match answer {
                Ok(listing) => heard.push((client, listing)),
                Err(unlisted) => {
                    self.note(client, &unlisted, &mut troubles);
                    heard.extend(unlisted.known.map(|known| (client, known)));
                }
            }
        }
        (heard, troubles)
    }

    fn note(&self, client: &Client, unlisted: &Unlisted, troubles: &mut Troubles) {
        troubles.why.push(self.trouble(client, &unlisted.why));
        troubles.is_loading |= unlisted.absence == Absence::Loading;
        troubles.may_pass |= matches!(unlisted.absence, Absence::Loading | Absence::Silent);
    }

    /// The default model need not be listed, as some servers have more than they list. But where there are others, it
    /// isn't offered if its server doesn't answer.
    fn put_default_first(&self, models: &mut Vec<ModelInfo>, heard: &Heard<'_>) {
        let Some(default) = self.default.as_deref() else { return };
        let (client, model) = match (self.owner(default), holders(heard, default).as_slice()) {
            (Some(owner), _) => owner,
            (None, [one]) => (*one, default),
            _ => return,
        };
        let name = &client.upstream().name;
        if self.is_one() || heard.iter().any(|(client, _)| client.upstream().name == *name) {
            let id = self.id(client, model);
            let listed = models.iter().position(|other| other.id == id).map(|at| models.remove(at));
            let unlisted = || ModelInfo { id, object: "model".into(), owned_by: name.clone(), ..ModelInfo::default() };
            models.insert(0, listed.unwrap_or_else(unlisted));
        }
    }

    /// Whose model this is, and what it is called there. Otherwise a sentence for the person.
    async fn find(&self, model: &str, deltas: &Deltas<Delta>) -> Result<(Client, String), String> {
        let model = if model.is_empty() { self.default.as_deref().unwrap_or_default() } else { model };
        if let Some((client, model)) = self.owner(model) {
            return Ok((client.clone(), model.to_owned()));
        }
        let give_up = Instant::now() + self.patience();
        loop {
            let mut troubles = Troubles::default();
            let found = if model.is_empty() {
                self.first(&mut troubles).await
            } else {
                self.find_plain(model, &mut troubles).await
            };
            if found.is_ok() || !troubles.may_pass || Instant::now() + AGAIN >= give_up {
                return found;
            }
            if troubles.is_loading {
                deltas.progress(Progress::LOADING);
            }
            time::sleep(AGAIN).await;
        }
    }

    /// How long a question may wait until it is known who is to answer it.
    fn patience(&self) -> Duration {
        self.clients.iter().map(|client| client.upstream().header_timeout).max().unwrap_or_default()
    }

    /// The server that is named in the model's name. The only one that there is need not be named.
    fn owner<'a>(&'a self, model: &'a str) -> Option<(&'a Client, &'a str)> {
        if let [one] = &*self.clients {
            return Some((one, model));
        }
        let of = |client: &'a Client| {
            let model = model.strip_prefix(client.upstream().name.as_str())?.strip_prefix('/')?;
            Some((client, model)).filter(|_| !model.is_empty())
        };
        self.clients.iter().find_map(of)
    }

    /// The first model of the first server that has any. Nobody waits for those that come after it.
    async fn first(&self, troubles: &mut Troubles) -> Result<(Client, String), String> {
        let mut answers = self.clients.iter().map(Client::listed).collect::<FuturesOrdered<_>>();
        for client in &*self.clients {
            match answers.next().await {
                Some(Ok(listing)) => {
                    if let Some(first) = listing.models.first() {
                        return Ok((client.clone(), first.name.clone()));
                    }
                }
                Some(Err(unlisted)) => self.note(client, &unlisted, troubles),
                None => {}
            }
        }
        Err(because("No model server has a model.", &troubles.why))
    }

    /// Asks all of them who has it.
    async fn find_plain(&self, model: &str, troubles: &mut Troubles) -> Result<(Client, String), String> {
        let (heard, absent) = self.ask_all().await;
        *troubles = absent;
        match holders(&heard, model).as_slice() {
            [one] => Ok(((*one).clone(), model.to_owned())),
            [] => Err(because(&format!("No model server has a model {model}."), &troubles.why)),
            several => {
                let ids = several.iter().map(|client| self.id(client, model)).collect::<Vec<_>>();
                Err(format!("Several model servers have a model {model}. Say which: {}.", ids.join(" or ")))
            }
        }
    }

    fn is_one(&self) -> bool {
        self.clients.len() == 1
    }

    /// A model as the page lists it; none if its whole name is too long to be asked for.
    fn info(&self, client: &Client, model: &Listed) -> Option<ModelInfo> {
        let id = self.id(client, &model.name);
        let is_name = id.len() <= LONGEST_NAME;
        let continues_thought = model.is_llama_cpp || client.kind() == Some(Kind::LlamaCpp);
        let owned_by = client.upstream().name.clone();
        let info = ModelInfo { id, object: "model".into(), owned_by, images: model.images, continues_thought };
        is_name.then_some(info)
    }

    fn id(&self, client: &Client, model: &str) -> String {
        if self.is_one() { model.to_owned() } else { format!("{}/{model}", client.upstream().name) }
    }

    fn trouble(&self, client: &Client, why: &str) -> String {
        if self.is_one() { why.to_owned() } else { format!("{}: {why}", client.upstream().name) }
    }
}

/// The servers that have a model of this plain name.
fn holders<'a>(heard: &Heard<'a>, model: &str) -> Vec<&'a Client> {
    heard
        .iter()
        .filter(|(_, listing)| listing.models.iter().any(|listed| listed.name == model))
        .map(|(client, _)| *client)
        .collect()
}

/// What is said of a list that is too long.
fn cut(more: usize) -> String {
    format!("The list of models is long: its first {MOST_LISTED} are shown, {more} more can be asked by name.")
}

fn because(what: &str, troubles: &[String]) -> String {
    [&[what.to_owned()], troubles].concat().join(" ")
}
