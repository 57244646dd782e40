//! One server, which several upstreams may lead to: the same address may be given twice, with two keys.
//!
//! Other requests must not disturb an answer. So the list of models is never asked for while an answer of ours runs at the server,
//! for whichever upstream.

use reqwest::header::{HeaderMap, SERVER};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync;

/// The kind of server, as far as it decides which requests are safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// llama-cpp-python. Any other request ends the answer that it is writing (its `interrupt_requests`), so it is never asked
    /// for its models.
    Interrupting,
    /// llama-server. It can go on with a thought, and an answer without a limit ends for want of room alone.
    LlamaCpp,
    /// Any other. Its models can be asked for at any time.
    Other,
}

impl Kind {
    /// The kind of server in the headers of a response.
    pub(crate) fn in_headers(headers: &HeaderMap) -> Option<Self> {
        let server = headers.get(SERVER)?.to_str().ok()?;
        server.starts_with("llama.cpp").then_some(Self::LlamaCpp)
    }
}

/// One server. All clients of it share this.
#[derive(Debug, Default)]
pub(crate) struct Host {
    /// The number of answers of ours that run there.
    answers: AtomicUsize,
    /// Held while the list of models is asked for.
    pub(crate) listing: sync::Mutex<()>,
    identity: Mutex<Identity>,
}

#[derive(Debug, Default)]
struct Identity {
    kind: Option<Kind>,
    /// Whether its list has shown that it is [`Kind::Interrupting`]. Its description may be hidden behind a proxy.
    is_interrupting_by_list: bool,
}

impl Host {
    /// No list is asked for while what is returned lives.
    pub(crate) fn answering(self: &Arc<Self>) -> Answering {
        self.answers.fetch_add(1, Ordering::SeqCst);
        Answering(self.clone())
    }

    pub(crate) fn is_answering(&self) -> bool {
        self.answers.load(Ordering::SeqCst) > 0
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        self.identity().kind
    }

    pub(crate) fn learn_kind(&self, kind: Kind) {
        let mut identity = self.identity();
        let is_contradicted = kind == Kind::Other && identity.is_interrupting_by_list;
        identity.kind = Some(if is_contradicted { Kind::Interrupting } else { kind });
    }

    /// Its list has the mark of llama-cpp-python.
    pub(crate) fn learn_from_list_that_it_interrupts(&self) {
        *self.identity() = Identity { kind: Some(Kind::Interrupting), is_interrupting_by_list: true };
    }

    /// The server has gone. What comes back may be another one.
    pub(crate) fn forget(&self) {
        *self.identity() = Identity::default();
    }

    fn identity(&self) -> MutexGuard<'_, Identity> {
        self.identity.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer of ours runs for as long as this lives.
#[derive(Debug)]
pub(crate) struct Answering(Arc<Host>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answers.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a panic is the right answer to a surprise")]
mod tests {
    use super::*;

    #[test]
    fn what_a_list_has_shown_outweighs_a_description_that_says_nothing() {
        let host = Host::default();
        host.learn_from_list_that_it_interrupts();
        host.learn_kind(Kind::Other);
        assert_eq!(host.kind(), Some(Kind::Interrupting));
        host.forget();
        host.learn_kind(Kind::Other);
        assert_eq!(host.kind(), Some(Kind::Other));
    }
}
