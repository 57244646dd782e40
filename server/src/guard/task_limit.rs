//! Limits on tasks, and on the answers that ended tasks leave unread: in all, for one client, and for one network. A request
//! over a limit is refused with `Retry-After`. Running tasks are never affected.

use crate::{
    guard::{
        hold::{hold, hold_until_body_ends},
        quota::{Exhausted, Permit, Quota},
    },
    http::{
        client_addr::ClientAddr,
        endpoints::{self, Starts},
        refusal::refuse,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use server_fn::axum::server_fn_paths;
use std::{collections::HashSet, sync::Arc};

/// The most monitor pages, and the most of one client. They have a quota of their own: a person who wants to see why all
/// tasks are taken has to get in.
const MONITORS: usize = 100;
const MONITORS_EACH: usize = 20;

/// The most unread answers of ended tasks, and the most of one client. Each holds up to 80 KiB: a buffer of deltas and a
/// chunk. So all of them hold at most 320 MiB.
const UNREAD: usize = 4096;
const UNREAD_EACH: usize = UNREAD / 10;

/// The quotas of tasks and of their answers.
#[derive(Clone, Debug)]
pub struct TaskLimit {
    /// Held until the task ends.
    tasks: Arc<Quota>,
    /// The same for monitors.
    monitors: Arc<Quota>,
    /// Held until the response is read or dropped. An HTTP/2 client can leave the answers of ended tasks unread.
    answers: Arc<Quota>,
    /// The paths of all server functions.
    functions: Arc<HashSet<&'static str>>,
}

/// The quota that a request would exceed.
#[derive(Clone, Copy, Debug)]
enum Refused {
    Tasks(Starts, Exhausted),
    Answers(Exhausted),
}

impl TaskLimit {
    /// The quotas for this many tasks.
    #[must_use]
    pub fn new(tasks: Arc<Quota>) -> Self {
        let monitors = Quota::new(MONITORS, MONITORS_EACH);
        let most = tasks.most() + MONITORS + UNREAD;
        let most_each = tasks.most_each().saturating_add(MONITORS_EACH + UNREAD_EACH);
        let functions = server_fn_paths().map(|(path, _)| path).collect();
        Self { tasks, monitors, answers: Quota::new(most, most_each), functions: Arc::new(functions) }
    }

    /// A place for the task and one for its answer.
    fn take(&self, starts: Starts, client: ClientAddr) -> Result<(Permit, Permit), Refused> {
        if self.unread_by(client) >= UNREAD_EACH {
            return Err(Refused::Answers(Exhausted::ForThisClient));
        }
        let tasks = if starts == Starts::Monitor { &self.monitors } else { &self.tasks };
        let task = tasks.take(client).map_err(|full| Refused::Tasks(starts, full))?;
        let answer = self.answers.take(client).map_err(Refused::Answers)?;
        Ok((task, answer))
    }

    /// The number of this client's answers that are unread although their tasks have ended.
    fn unread_by(&self, client: ClientAddr) -> usize {
        let living = self.tasks.taken_by(client) + self.monitors.taken_by(client);
        self.answers.taken_by(client).saturating_sub(living)
    }
}

/// Middleware: gives each request that starts a task a place for the task and one for the answer. The body of the request
/// has arrived by now, so a client that sends slowly keeps nobody out.
///
/// Every server function counts as one that starts a task, unless the table of [`endpoints`] says otherwise. The task takes its
/// place along ([`Permit`](app::api::permit::Permit)). A place that no task took is held until the response body ends.
pub(crate) async fn admit(State(limit): State<TaskLimit>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let starts = endpoints::at(path).starts;
    if starts == Starts::Nothing || !limit.functions.contains(path) {
        return next.run(request).await;
    }
    match limit.take(starts, ClientAddr::of(&request)) {
        Ok((task, answer)) => {
            let permit = hold(request.extensions_mut(), task);
            let response = next.run(request).await;
            hold_until_body_ends(response, (permit.take(), answer))
        }
        Err(refused) => refused.refusal(),
    }
}

impl Refused {
    fn refusal(self) -> Response {
        let (Self::Tasks(_, full) | Self::Answers(full)) = self;
        let status = match full {
            Exhausted::ForAll => StatusCode::SERVICE_UNAVAILABLE,
            Exhausted::ForThisClient => StatusCode::TOO_MANY_REQUESTS,
        };
        refuse(status, self.message())
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Tasks(Starts::Monitor, Exhausted::ForAll) => {
                "Too many monitor pages are open. Close one, and try again."
            }
            Self::Tasks(Starts::Monitor, Exhausted::ForThisClient) => {
                "You already have the maximum number of monitor pages open. Close one, and try again."
            }
            Self::Tasks(_, Exhausted::ForAll) => {
                "The server is already running the maximum number of answers. Try again in a moment."
            }
            Self::Tasks(_, Exhausted::ForThisClient) => {
                "You or your network already have the maximum number of answers running. Stop one, or wait for it, and try again."
            }
            Self::Answers(Exhausted::ForAll) => {
                "The server holds the maximum number of answers that wait to be read. Try again in a moment."
            }
            Self::Answers(Exhausted::ForThisClient) => {
                "You or your network have the maximum number of ended answers that wait to be read. Read them or close their \
                 connections, and try again."
            }
        }
    }
}
