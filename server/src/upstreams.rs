//! Several model servers as one: which models there are, and whose each is.
//!
//! Where there are several, a model is called `name/model`, after the server that has it. That never changes, whichever
//! other servers are up. The plain name will do as long as one server alone has such a model.

use crate::openai::{Client, Listed};
use app::{
    chat::message::{ChatRequest, Delta, ModelInfo, ModelList},
    link::{Deltas, Exit},
};
use futures::{
    future::{BoxFuture, FutureExt, WeakShared, join_all},
    stream::{FuturesOrdered, StreamExt},
};
use std::sync::{Arc, Mutex, PoisonError};

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
type Heard<'a> = Vec<(&'a Client, Vec<Listed>)>;

impl Upstreams {
    pub(crate) fn new(clients: impl IntoIterator<Item = Client>, default: Option<String>) -> Self {
        Self { clients: clients.into_iter().collect(), default: default.map(Into::into), asking: Arc::default() }
    }

    pub(crate) fn are_none(&self) -> bool {
        self.clients.is_empty()
    }

    /// Asks the server whose model it is.
    pub(crate) async fn reply(&self, mut request: ChatRequest, deltas: Deltas<Delta>) -> Exit {
        match self.find(&request.model).await {
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
        for (client, listed) in &heard {
            models.extend(listed.iter().map(|model| self.info(client, &model.name, model.images)));
        }
        self.put_default_first(&mut models, &heard);
        let message = (!troubles.is_empty()).then(|| troubles.join("\n"));
        ModelList { data: models, message, ..ModelList::of([]) }
    }

    /// Asks all at once, and gives none longer than it may take. Of those that can't be asked, why.
    async fn ask_all(&self) -> (Heard<'_>, Vec<String>) {
        let answers = join_all(self.clients.iter().map(Client::listed)).await;
        let (mut heard, mut troubles) = (Vec::new(), Vec::new());
        for (client, answer) in self.clients.iter().zip(answers) {
            match answer {
                Ok(models) => heard.push((client, models)),
                Err(why) => troubles.push(self.trouble(client, &why)),
            }
        }
        (heard, troubles)
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
            models.insert(0, listed.unwrap_or_else(|| self.info(client, model, None)));
        }
    }

    /// Whose model this is, and what it is called there. Otherwise a sentence for the person.
    async fn find(&self, model: &str) -> Result<(Client, String), String> {
        let model = if model.is_empty() { self.default.as_deref().unwrap_or_default() } else { model };
        match self.owner(model) {
            Some((client, model)) => Ok((client.clone(), model.to_owned())),
            None if model.is_empty() => self.first().await,
            None => self.find_plain(model).await,
        }
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
    async fn first(&self) -> Result<(Client, String), String> {
        let mut answers = self.clients.iter().map(Client::models).collect::<FuturesOrdered<_>>();
        let mut troubles = Vec::new();
        for client in &*self.clients {
            match answers.next().await.unwrap_or_else(|| Ok(Vec::new())).map(|models| models.into_iter().next()) {
                Ok(Some(model)) => return Ok((client.clone(), model)),
                Ok(None) => {}
                Err(why) => troubles.push(self.trouble(client, &why)),
            }
        }
        Err(because("No model server has a model.", &troubles))
    }

    /// Asks all of them who has it.
    async fn find_plain(&self, model: &str) -> Result<(Client, String), String> {
        let (heard, troubles) = self.ask_all().await;
        match holders(&heard, model).as_slice() {
            [one] => Ok(((*one).clone(), model.to_owned())),
            [] => Err(because(&format!("No model server has a model {model}."), &troubles)),
            several => {
                let ids = several.iter().map(|client| self.id(client, model)).collect::<Vec<_>>();
                Err(format!("Several model servers have a model {model}. Say which: {}.", ids.join(" or ")))
            }
        }
    }

    fn is_one(&self) -> bool {
        self.clients.len() == 1
    }

    fn info(&self, client: &Client, model: &str, images: Option<bool>) -> ModelInfo {
        let owned_by = client.upstream().name.clone();
        ModelInfo { id: self.id(client, model), object: "model".into(), owned_by, images }
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
        .filter(|(_, listed)| listed.iter().any(|listed| listed.name == model))
        .map(|(client, _)| *client)
        .collect()
}

fn because(what: &str, troubles: &[String]) -> String {
    [&[what.to_owned()], troubles].concat().join(" ")
}
