//! The knowledge about one endpoint: its models, and the fields that they reject.
//!
//! | module | what it does |
//! |---|---|
//! | [`host`] | the server behind it, and the answers that run there |
//! | [`names`] | a short list of model names |

pub(crate) mod host;
pub(crate) mod names;

use crate::models::openai::{
    endpoint::{
        host::{Answering, Host, Kind},
        names::Names,
    },
    model_list::{Listed, Listing},
    request::Refused,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One endpoint. All clones of a client share it.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) host: Arc<Host>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The list as it was last heard.
    listing: Option<Arc<Listing>>,
    /// Whether there is reason to believe that the list has changed.
    is_stale: bool,
    /// Whether the server has said that it has no list.
    has_no_list: bool,
    /// The models that have answered. They exist even if the list lacks them.
    answered: Names,
    /// The models that were asked to tell their progress: those that took it, and those that refused.
    progress: Names,
    no_progress: Names,
    /// The models that have refused to go on with a thought.
    thoughtless: Names,
    /// The rejected fields: the model, the field, and the value if only that was rejected.
    refused: Names,
}

impl Known {
    fn answered(&self) -> Option<Arc<Listing>> {
        let models = self.answered.iter().map(Listed::of).collect::<Vec<_>>();
        (!models.is_empty()).then(|| Arc::new(Listing { models, ..Listing::default() }))
    }
}

impl Endpoint {
    /// An endpoint of this server, of which nothing is known.
    pub(crate) fn new(host: Arc<Host>) -> Self {
        Self { host, known: Mutex::default() }
    }

    /// No list is asked for while what is returned lives.
    pub(crate) fn answering(&self) -> Answering {
        self.host.answering()
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        self.host.kind()
    }

    /// The list, if it was heard and nothing speaks against it.
    pub(crate) fn listing(&self) -> Option<Arc<Listing>> {
        let known = self.known();
        known.listing.clone().filter(|_| !known.is_stale)
    }

    /// The list as it was last heard, or else the models that have answered.
    pub(crate) fn last_known(&self) -> Option<Arc<Listing>> {
        let known = self.known();
        known.listing.clone().or_else(|| known.answered())
    }

    /// The models that have answered, as a list.
    pub(crate) fn answered(&self) -> Option<Arc<Listing>> {
        self.known().answered()
    }

    pub(crate) fn has_no_list(&self) -> bool {
        self.known().has_no_list
    }

    pub(crate) fn learn_list(&self, listing: Arc<Listing>) {
        let mut known = self.known();
        (known.listing, known.is_stale, known.has_no_list) = (Some(listing), false, false);
    }

    pub(crate) fn learn_that_it_has_no_list(&self) {
        self.known().has_no_list = true;
    }

    /// This model answers.
    pub(crate) fn learn_answer(&self, model: &str) {
        if !model.is_empty() {
            self.known().answered.add(model);
        }
    }

    /// The server has gone. What comes back may be another one.
    pub(crate) fn forget(&self) {
        self.host.forget();
        let mut known = self.known();
        *known = Known { listing: known.listing.take(), is_stale: true, ..Known::default() };
    }

    /// The server has other models than it had.
    pub(crate) fn doubt_list(&self) {
        self.known().is_stale = true;
    }

    pub(crate) fn refuses_progress(&self, model: &str) -> bool {
        self.known().no_progress.has(model)
    }

    pub(crate) fn has_taken_progress(&self, model: &str) -> bool {
        self.known().progress.has(model)
    }

    pub(crate) fn learn_progress(&self, model: &str, is_taken: bool) {
        let mut known = self.known();
        known.progress.remove(model);
        known.no_progress.remove(model);
        if is_taken { known.progress.add(model) } else { known.no_progress.add(model) }
    }

    /// Whether this model has rejected this field before, or this value of it.
    pub(crate) fn refused(&self, model: &str, name: &str, value: Option<String>) -> Option<Refused> {
        let known = self.known();
        let is_refused = |value: Option<&str>| known.refused.has(&refusal(model, name, value));
        if is_refused(None) {
            return Some(Refused { name: name.to_owned(), value: None });
        }
        let value = value.filter(|value| is_refused(Some(value)))?;
        Some(Refused { name: name.to_owned(), value: Some(value) })
    }

    /// The model has answered without this.
    pub(crate) fn learn_refused(&self, model: &str, refused: &[Refused]) {
        let mut known = self.known();
        for Refused { name, value } in refused {
            known.refused.add(&refusal(model, name, value.as_deref()));
        }
    }

    pub(crate) fn is_thoughtless(&self, model: &str) -> bool {
        self.known().thoughtless.has(model)
    }

    pub(crate) fn learn_thoughtless(&self, model: &str) {
        self.known().thoughtless.add(model);
    }

    /// The size of a model's context in tokens, if the server lists it.
    pub(crate) fn context(&self, model: &str) -> Option<u64> {
        self.listed(model)?.context
    }

    /// Whether this is a model of a router, which may have to load it first.
    pub(crate) fn is_routed(&self, model: &str) -> bool {
        self.listed(model).is_some_and(|listed| listed.is_routed)
    }

    fn listed(&self, model: &str) -> Option<Listed> {
        let listing = self.known().listing.clone()?;
        listing.models.iter().find(|listed| listed.name == model).cloned()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The entry of a rejected field. None of the parts contains a line end.
fn refusal(model: &str, name: &str, value: Option<&str>) -> String {
    [model, name, value.unwrap_or_default()].join("\n")
}
