//! The shutdown and the observer that all tasks of a server share.

use super::{Ending, Observer, Started, Watch};
use crate::TaskId;
use http::request::Parts;
use leptos::prelude::{use_context, with_context};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Ends all tasks at shutdown, and tells the observer of each. Clones are the same supervisor.
#[derive(Clone, Debug, Default)]
pub struct Supervisor {
    shutdown: CancellationToken,
    observer: Option<Arc<dyn Observer>>,
}

impl Supervisor {
    /// Tells `observer` of each task.
    #[must_use]
    pub fn observed_by(observer: impl Observer + 'static) -> Self {
        Self { observer: Some(Arc::new(observer)), ..Self::default() }
    }

    /// The supervisor of Leptos' context; otherwise that of the request in it, which
    /// [`LinkServer::around`](crate::LinkServer::around) puts there. Without one, tasks run until they end or their streams
    /// are dropped.
    #[must_use]
    pub fn of_context() -> Self {
        use_context().or_else(Self::of_request).unwrap_or_default()
    }

    fn of_request() -> Option<Self> {
        with_context(|request: &Parts| request.extensions.get().cloned()).flatten()
    }

    /// Ends every task at once, those that start later included. Each page hears
    /// [`Reason::Shutdown`](crate::Reason::Shutdown).
    pub fn shut_down(&self) {
        self.shutdown.cancel();
    }

    /// Makes a task known: how it ends, and who watches it.
    pub(super) fn admit(&self, task: &TaskId, about: Arc<str>) -> (Ending, Arc<dyn Watch>) {
        let ending = Ending::new(&self.shutdown);
        let watch = match &self.observer {
            Some(observer) => observer.started(Started { task: task.clone(), about, ending: ending.clone() }),
            None => Arc::new(()),
        };
        (ending, watch)
    }
}
