//! What is known of one endpoint, and what goes on there.
//!
//! Nothing that is asked on the side may disturb an answer. So the list of models is never asked for while an answer of ours
//! runs at the endpoint, and an answer waits for a list that is under way.

use super::catalog::{Listed, Listing};
use reqwest::header::{HeaderMap, SERVER};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync, time};

/// How long an answer waits for a list that is under way.
const LISTING: Duration = Duration::from_secs(1);

/// What a server is, as far as that changes what may be asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// llama-cpp-python. Any other request ends the answer that it is writing (its `interrupt_requests`), so it is asked for
    /// its models once, when somebody first needs them.
    Interrupting,
    /// llama-server. It can go on with a thought, and an answer without a limit ends for want of room alone.
    LlamaCpp,
    /// Any other. Its models can be asked for at any time.
    Other,
}

impl Kind {
    /// What the headers of any response tell.
    pub(super) fn in_headers(headers: &HeaderMap) -> Option<Self> {
        let server = headers.get(SERVER)?.to_str().ok()?;
        server.starts_with("llama.cpp").then_some(Self::LlamaCpp)
    }
}

/// One endpoint. All clones of a client share it.
#[derive(Debug, Default)]
pub(super) struct Endpoint {
    /// How many answers of ours run there.
    answers: AtomicUsize,
    /// Held while the list of models is asked for.
    pub(super) listing: sync::Mutex<()>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    kind: Option<Kind>,
    listing: Option<Arc<Listing>>,
    /// The model that answered last: it is there, whatever the list says.
    answered: Option<String>,
    refuses_progress: bool,
}

impl Known {
    fn answered(&self) -> Option<Arc<Listing>> {
        let models = vec![Listed::of(self.answered.as_deref()?)];
        Some(Arc::new(Listing { models, cut: 0 }))
    }
}

/// An answer of ours runs for as long as this lives.
#[derive(Debug)]
pub(super) struct Answering(Arc<Endpoint>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answers.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Endpoint {
    /// No list is asked for from now on. Waits for one that is under way, as the server may take it for an interruption.
    pub(super) async fn answering(self: &Arc<Self>) -> Answering {
        self.answers.fetch_add(1, Ordering::SeqCst);
        let answering = Answering(self.clone());
        if !matches!(self.kind(), Some(Kind::LlamaCpp | Kind::Other)) {
            _ = time::timeout(LISTING, self.listing.lock()).await;
        }
        answering
    }

    /// The list as it was last heard, where it must not be asked for now.
    pub(super) fn only_known(&self) -> Option<Arc<Listing>> {
        let known = self.known();
        let is_listed = known.kind == Some(Kind::Interrupting) && known.listing.is_some();
        if !self.is_answering() && !is_listed {
            return None;
        }
        Some(known.listing.clone().or_else(|| known.answered()).unwrap_or_default())
    }

    /// The model that answered last, as a list.
    pub(super) fn answered(&self) -> Option<Arc<Listing>> {
        self.known().answered()
    }

    pub(super) fn is_answering(&self) -> bool {
        self.answers.load(Ordering::SeqCst) > 0
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        self.known().kind
    }

    pub(super) fn learn_kind(&self, kind: Kind) {
        self.known().kind = Some(kind);
    }

    pub(super) fn learn_list(&self, listing: Arc<Listing>) {
        self.known().listing = Some(listing);
    }

    /// This model answers.
    pub(super) fn learn_answer(&self, model: &str) {
        if !model.is_empty() {
            self.known().answered = Some(model.to_owned());
        }
    }

    /// The server has gone. What comes back may be another one.
    pub(super) fn forget(&self) {
        let mut known = self.known();
        (known.kind, known.listing) = (None, None);
    }

    /// The server has other models than it had.
    pub(super) fn forget_list(&self) {
        self.known().listing = None;
    }

    pub(super) fn takes_progress(&self) -> bool {
        !self.known().refuses_progress
    }

    pub(super) fn learn_progress(&self, is_taken: bool) {
        self.known().refuses_progress = !is_taken;
    }

    /// How many tokens fit a model's context, if the server lists that.
    pub(super) fn context(&self, model: &str) -> Option<u64> {
        let listing = self.known().listing.clone()?;
        listing.models.iter().find(|listed| listed.name == model)?.context
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
