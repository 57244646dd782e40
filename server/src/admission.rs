//! Limits on tasks and on the answers that they leave behind: in all, and for one client. A request over a limit is refused
//! with `Retry-After`; running tasks are never affected.

use crate::{
    api::{hold, refuse, while_answered},
    clients::Client,
    slots::{Full, Slot, Slots},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// How many may look at the monitor, and how many of one client. These places are apart from those of the tasks that are looked
/// at: who wants to know why all of those are taken has to get in.
const MONITORS: usize = 100;
const MONITORS_EACH: usize = 20;

/// How many answers may be unread beside those of running tasks, and how many of one client. Each can hold a buffer of
/// deltas in memory.
const UNREAD: usize = 16_384;
const UNREAD_EACH: usize = UNREAD / 2;

/// What a task needs a place in.
#[derive(Clone, Debug)]
pub struct Admission {
    /// A place is taken until the task ends.
    tasks: Arc<Slots>,
    /// The same, for the tasks of monitors.
    monitors: Arc<Slots>,
    /// A place is taken until the response is read or dropped. An HTTP/2 client may leave the answers of ended tasks unread.
    answers: Arc<Slots>,
}

/// The kinds of tasks.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Work,
    Monitor,
}

impl Kind {
    /// Of the task that is started by a request for this path, if one is.
    fn at(path: &str) -> Option<Self> {
        match path {
            "/api/chat" | "/api/task" => Some(Self::Work),
            "/api/monitor" => Some(Self::Monitor),
            _ => None,
        }
    }
}

impl Admission {
    /// Room for these tasks.
    #[must_use]
    pub fn new(tasks: Arc<Slots>) -> Self {
        let answers = Slots::new(tasks.most() + UNREAD, tasks.most() + UNREAD_EACH);
        Self { tasks, monitors: Slots::new(MONITORS, MONITORS_EACH), answers }
    }

    fn take(&self, kind: Kind, client: Client) -> Result<(Slot, Slot), Full> {
        let tasks = match kind {
            Kind::Work => &self.tasks,
            Kind::Monitor => &self.monitors,
        };
        Ok((tasks.take(client)?, self.answers.take(client)?))
    }
}

/// Middleware: gives each request that starts a task a place for the task and one for the answer. The request's body has
/// arrived: who is slow to ask keeps nobody out.
pub async fn admit(State(admission): State<Admission>, mut request: Request, next: Next) -> Response {
    let Some(kind) = Kind::at(request.uri().path()) else { return next.run(request).await };
    match admission.take(kind, Client::of(&request)) {
        Ok((task, answer)) => {
            hold(request.extensions_mut(), task);
            while_answered(next.run(request).await, answer)
        }
        Err(full) => too_many(kind, full),
    }
}

fn too_many(kind: Kind, full: Full) -> Response {
    let status = match full {
        Full::ForAll => StatusCode::SERVICE_UNAVAILABLE,
        Full::ForThisClient => StatusCode::TOO_MANY_REQUESTS,
    };
    let message = match (kind, full) {
        (Kind::Work, Full::ForAll) => {
            "The server is answering as many questions as it may at once. Try again in a moment."
        }
        (Kind::Work, Full::ForThisClient) => {
            "As many answers as one client may have at once are running for you. Stop one, or wait for it, and try again."
        }
        (Kind::Monitor, Full::ForAll) => {
            "Too many are looking at the monitor. Close one that nobody needs, and try again."
        }
        (Kind::Monitor, Full::ForThisClient) => {
            "As many monitors as one client may have at once are open for you. Close one, and try again."
        }
    };
    refuse(status, message)
}
