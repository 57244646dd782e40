//! `POST /api/typeset`: colours for code, and MathML for formulas.
//!
//! | module | what it does |
//! |---|---|
//! | [`code`] | gives code its colours |
//! | [`formula`] | turns LaTeX into MathML |
//! | [`work`] | the items of one request, within its budget of CPU time |
//! | [`schedule`] | lets clients take turns |
//! | [`escape`] | text as HTML |
//!
//! All of it costs CPU time, and the input comes from a model, or from a person who made the model write it. So nothing runs on an
//! async worker; the clients take turns of 20 ms; and work whose request is gone ends with the current line or formula.

mod code;
mod escape;
mod formula;
mod work;

use crate::{
    http::client_addr::ClientAddr,
    typeset::schedule::{
        slice::Slice,
        turns::{Turn, Turns},
    },
};
use app::api::typeset::{
    Item,
    typesetter::{Busy, SharedTypesetter, Typesetter},
};
use futures::{FutureExt, future::BoxFuture};
use std::{sync::Arc, time::Duration};
use tokio::task::spawn_blocking;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use work::Work;

/// The length of a turn.
const SLICE: Duration = Duration::from_millis(20);

/// Typesets for all clients. Clones share the turns.
#[derive(Clone, Debug)]
pub struct TypesetService {
    turns: Arc<Turns>,
}

impl Default for TypesetService {
    fn default() -> Self {
        Self { turns: Turns::new() }
    }
}

impl TypesetService {
    /// The typesetter for the requests of one client.
    #[must_use]
    pub fn of(&self, client: ClientAddr) -> SharedTypesetter {
        Arc::new(OfClient { turns: self.turns.clone(), client })
    }
}

struct OfClient {
    turns: Arc<Turns>,
    client: ClientAddr,
}

impl Typesetter for OfClient {
    fn typeset(&self, items: Vec<Item>) -> BoxFuture<'static, Result<Vec<Option<String>>, Busy>> {
        let turns = self.turns.clone();
        let accepted = turns.accept(self.client).map_err(|_| Busy);
        async move {
            let turn = turns.turn(accepted?).await.ok_or(Busy)?;
            finish(Work::new(items), turn).await.ok_or(Busy)
        }
        .boxed()
    }
}

/// Works slice by slice. The turn ends with the work, not with this future. So a client that drops its requests gets no second
/// turn while a line of a dropped request is still being coloured.
async fn finish(mut work: Work, mut turn: Turn) -> Option<Vec<Option<String>>> {
    let cancelled = CancellationToken::new();
    let _cancels_when_dropped = cancelled.clone().drop_guard();
    while !work.is_done() {
        let (cpu, cancelled) = (turn.cpu().await?, cancelled.clone());
        let slice = spawn_blocking(move || {
            work.go_on(|| Slice::begin(SLICE, cancelled));
            drop(cpu);
            (work, turn)
        });
        (work, turn) = AbortOnDropHandle::new(slice).await.ok()?;
    }
    Some(work.into_html())
}

pub mod schedule;
#[cfg(test)]
mod tests;
