//! Several model servers as one: their models, and the server of each.
//!
//! With several servers, a model is called `name/model` after its server, whether or not the other servers are up. The plain name
//! works as long as only one server has such a model.

use crate::models::openai::{Absence, Client, Kind, Listed, Listing, MOST_LISTED, Unlisted};
use app::chat::protocol::{
    answer::{DeltaSender, Exit},
    message::{ChatRequest, ModelInfo, ModelList},
    options::LONGEST_NAME,
    progress::Progress,
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

/// The pause before servers that are loading, silent or busy are asked for their models again. It doubles up to a limit.
const AGAIN: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(10);

/// The model servers, in the order in which they were given. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Upstreams {
    clients: Arc<[Client]>,
    default: Option<Arc<str>>,
    /// The request for the models that runs now.
    asking: Arc<InFlight>,
}

/// The running request for the models. It lives as long as a caller waits for it.
#[derive(Debug, Default)]
struct InFlight(Mutex<Option<WeakShared<BoxFuture<'static, ModelList>>>>);

/// The lists of the servers that gave one.
type KnownLists<'a> = Vec<(&'a Client, Arc<Listing>)>;

/// The answer of a server to the request for its models.
type Answer = Result<Arc<Listing>, Unlisted>;

/// The answers so far, one for each server. None: it has to be asked.
type Answers = Vec<Option<Answer>>;

/// The server for a question, and the model's name there.
type Chosen = (Client, String);

impl Upstreams {
    pub(crate) fn new(clients: impl IntoIterator<Item = Client>, default: Option<String>) -> Self {
        Self { clients: Client::join(clients).into(), default: default.map(Into::into), asking: Arc::default() }
    }

    /// These servers and more. A known server stays, with all that is known of it.
    pub(crate) fn with(&self, more: Vec<Client>) -> Self {
        let is_new = |client: &Client| !self.clients.iter().any(|known| known.upstream().url == client.upstream().url);
        let clients = self.clients.iter().cloned().chain(more.into_iter().filter(is_new));
        Self { clients: Client::join(clients).into(), default: self.default.clone(), asking: Arc::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    /// Asks the server that has the model.
    pub(crate) async fn reply(&self, mut request: ChatRequest, deltas: DeltaSender) -> Exit {
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
        let (mut heard, mut said) = (Vec::new(), Vec::new());
        // All at once, and none gets longer than it may take.
        let answers = join_all(self.clients.iter().map(Client::listed)).await;
        for (client, answer) in self.clients.iter().zip(answers) {
            let listing = match answer {
                Ok(listing) => Some(listing),
                Err(unlisted) => {
                    said.push(self.trouble(client, &unlisted.why));
                    unlisted.known
                }
            };
            heard.extend(listing.map(|listing| (client, listing)));
        }
        let mut models = Vec::new();
        for (client, listing) in &heard {
            models.extend(listing.models.iter().filter_map(|model| self.info(client, model)));
            said.extend(shortcoming(client, listing).map(|why| self.trouble(client, &why)));
        }
        self.put_default_first(&mut models, &heard);
        let message = (!said.is_empty()).then(|| said.join("\n"));
        ModelList { data: models, message, ..ModelList::from_names([]) }
    }

    /// The default model need not be listed, as some servers have more than they list. But where there are others, it
    /// isn't offered if its server doesn't answer.
    fn put_default_first(&self, models: &mut Vec<ModelInfo>, heard: &KnownLists<'_>) {
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
            let owned_by = self.owned_by(client);
            let unlisted = || ModelInfo { id, object: "model".into(), owned_by, ..ModelInfo::default() };
            models.insert(0, listed.unwrap_or_else(unlisted));
        }
    }

    /// Finds the server of a model, and the model's name there.
    ///
    /// # Errors
    /// There is none: a sentence for the person.
    async fn find(&self, model: &str, deltas: &DeltaSender) -> Result<Chosen, String> {
        let model = if model.is_empty() { self.default.as_deref().unwrap_or_default() } else { model };
        if let Some((client, model)) = self.owner(model) {
            return Ok((client.clone(), model.to_owned()));
        }
        let (give_up, mut pause) = (Instant::now() + self.patience(), AGAIN);
        let mut answers: Answers = vec![None; self.clients.len()];
        loop {
            self.ask_those_to_be_asked(model, &mut answers).await;
            if let Some(chosen) = self.choose(model, &answers) {
                return chosen;
            }
            let absent = answers.iter().flatten().filter_map(|answer| Some(answer.as_ref().err()?.absence));
            let waits_for = absent.filter(|absence| absence.may_pass()).collect::<Vec<_>>();
            if waits_for.is_empty() || Instant::now() + pause >= give_up {
                return self.choose_without_list(model, &answers);
            }
            if waits_for.contains(&Absence::Loading) {
                deltas.progress(Progress::LOADING);
            }
            time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST);
            for answer in &mut answers {
                answer.take_if(|answer| answer.as_ref().is_err_and(|unlisted| unlisted.absence.may_pass()));
            }
        }
    }

    /// Asks all of them at once. A question without a model doesn't wait for servers after the one that is chosen.
    async fn ask_those_to_be_asked(&self, model: &str, answers: &mut Answers) {
        let to_be_asked = answers.iter().enumerate().filter(|(_, answer)| answer.is_none());
        let asked = to_be_asked.filter_map(|(at, _)| Some((at, self.clients.get(at)?)));
        let mut asked: FuturesOrdered<_> =
            asked.map(|(at, client)| async move { (at, client.listed().await) }).collect();
        while let Some((at, answer)) = asked.next().await {
            answers[at] = Some(answer);
            if model.is_empty() && self.first(answers).is_some() {
                return;
            }
        }
    }

    /// The server for a question, once that is certain.
    fn choose(&self, model: &str, answers: &Answers) -> Option<Result<Chosen, String>> {
        if model.is_empty() {
            return self.first(answers).map(Ok);
        }
        match holders(&self.heard(answers), model).as_slice() {
            [] => None,
            [one] => Some(Ok(((*one).clone(), model.to_owned()))),
            several => {
                let ids = self.ids(several, model);
                Some(Err(format!("Several model servers have a model {model}. Say which: {ids}.")))
            }
        }
    }

    /// The server for a model that is in no list, and won't be: the only server without a list. Without a model, the first such
    /// server.
    fn choose_without_list(&self, model: &str, answers: &Answers) -> Result<Chosen, String> {
        let answers = self.clients.iter().zip(answers);
        let unlisted = answers.filter_map(|(client, answer)| Some((client, answer.as_ref()?.as_ref().err()?)));
        let unlisted = unlisted.collect::<Vec<_>>();
        let has_no_list =
            |(client, unlisted): &(_, &Unlisted)| (unlisted.absence == Absence::NoList).then_some(*client);
        let without_list = unlisted.iter().filter_map(has_no_list).collect::<Vec<&Client>>();
        let why = unlisted.iter().map(|(client, unlisted)| self.trouble(client, &unlisted.why)).collect::<Vec<_>>();
        match without_list.as_slice() {
            [one] => Ok(((*one).clone(), model.to_owned())),
            [first, ..] if model.is_empty() => Ok(((*first).clone(), String::new())),
            [] if model.is_empty() => Err(because("No model server has a model.", &why)),
            [] => Err(because(&format!("No model server has a model {model}."), &why)),
            several => {
                let ids = self.ids(several, model);
                Err(because(&format!("No model server lists a model {model}. If one has it, say which: {ids}."), &why))
            }
        }
    }

    /// The first model of the first server that has any; none while that isn't certain. A server that does one thing at a time
    /// needs no name.
    fn first(&self, answers: &Answers) -> Option<Chosen> {
        for (client, answer) in self.clients.iter().zip(answers) {
            let listing = match answer.as_ref()? {
                Ok(listing) => Some(listing),
                Err(unlisted) if unlisted.absence == Absence::Busy => unlisted.known.as_ref(),
                Err(_) => None,
            };
            let first = listing.and_then(|listing| listing.models.first()).map(|first| first.name.clone());
            let needs_no_name = client.kind() == Some(Kind::Interrupting);
            if let Some(model) = first.or_else(|| needs_no_name.then(String::new)) {
                return Some((client.clone(), model));
            }
        }
        None
    }

    /// The known lists.
    fn heard(&self, answers: &Answers) -> KnownLists<'_> {
        let known = |answer: &Answer| match answer {
            Ok(listing) => Some(listing.clone()),
            Err(unlisted) => unlisted.known.clone(),
        };
        let answers = self.clients.iter().zip(answers);
        answers.filter_map(|(client, answer)| Some((client, known(answer.as_ref()?)?))).collect()
    }

    /// The longest time to find the server of a question.
    fn patience(&self) -> Duration {
        self.clients.iter().map(|client| client.upstream().limits.header_timeout).max().unwrap_or_default()
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

    fn is_one(&self) -> bool {
        self.clients.len() == 1
    }

    /// A model as the page lists it; none if its whole name is too long to be asked for.
    fn info(&self, client: &Client, model: &Listed) -> Option<ModelInfo> {
        let id = self.id(client, &model.name);
        let is_name = id.len() <= LONGEST_NAME;
        let is_llama_cpp = model.is_llama_cpp || client.kind() == Some(Kind::LlamaCpp);
        let continues_thought = is_llama_cpp && !client.is_thoughtless(&model.name);
        let owned_by = self.owned_by(client);
        let info = ModelInfo { id, object: "model".into(), owned_by, images: model.images, continues_thought };
        is_name.then_some(info)
    }

    /// The server that has a model, where there are several.
    fn owned_by(&self, client: &Client) -> String {
        if self.is_one() { String::new() } else { client.upstream().name.clone() }
    }

    fn id(&self, client: &Client, model: &str) -> String {
        if self.is_one() { model.to_owned() } else { format!("{}/{model}", client.upstream().name) }
    }

    /// `one/model or two/model`.
    fn ids(&self, clients: &[&Client], model: &str) -> String {
        clients.iter().map(|client| self.id(client, model)).collect::<Vec<_>>().join(" or ")
    }

    fn trouble(&self, client: &Client, why: &str) -> String {
        if self.is_one() { why.to_owned() } else { format!("{}: {why}", client.upstream().name) }
    }
}

/// The servers that have a model of this plain name.
fn holders<'a>(heard: &KnownLists<'a>, model: &str) -> Vec<&'a Client> {
    heard
        .iter()
        .filter(|(_, listing)| listing.models.iter().any(|listed| listed.name == model))
        .map(|(client, _)| *client)
        .collect()
}

/// A remark about a list that may not be complete.
fn shortcoming(client: &Client, listing: &Listing) -> Option<String> {
    let shown = listing.models.len();
    if listing.is_cut_off {
        return Some(format!(
            "The list of models is too long: its first {shown} are shown, others can be asked by name."
        ));
    }
    if listing.cut > 0 {
        let more = listing.cut;
        return Some(format!(
            "The list of models is long: its first {MOST_LISTED} are shown, {more} more can be asked by name."
        ));
    }
    let address = client.upstream().address();
    (shown == 0).then(|| format!("{address} lists no models yet. If it has one all the same, type its name."))
}

fn because(what: &str, troubles: &[String]) -> String {
    [&[what.to_owned()], troubles].concat().join(" ")
}
